"""What makes the demo district look alive: made-up sensors, passengers and drivers, all through the API."""
