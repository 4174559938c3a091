"""Run the command as ``python -m onebox``."""

from onebox.main import app

app()
