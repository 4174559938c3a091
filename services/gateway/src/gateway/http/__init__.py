"""HTTP: requests become calls, answers and errors become JSON."""
