"""What people can ask of us about themselves: to know everything, and to be forgotten."""
