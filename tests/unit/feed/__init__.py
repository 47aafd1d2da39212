"""The watch on what comes in: a fault of each kind is seen, and a clean fortnight is left alone."""
