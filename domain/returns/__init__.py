"""What comes back, and what it tells us: a return is a typed signal, not a bare negative."""
