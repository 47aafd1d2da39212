"""What the lake holds: which parts count, how they come and go."""
