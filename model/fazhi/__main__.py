"""``python -m fazhi``: the command line."""

from fazhi.cli import app

app()
