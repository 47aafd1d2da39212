"""Where events come from. A source only reads and declares itself; the door decides what becomes of its events."""
