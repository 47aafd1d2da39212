"""Features declared once, as data, and folded from touches; see `declarations`."""
