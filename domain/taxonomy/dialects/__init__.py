"""How vendors say it: one pure translation per dialect, from a message as the vendor's clients send it."""
