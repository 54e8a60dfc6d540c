"""Outputs: facts as tables, files, lines for a terminal, and a page to look at."""
