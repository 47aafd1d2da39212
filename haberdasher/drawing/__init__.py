"""Pictures as SVG, drawn by ourselves: text in, text out, the same for the same."""
