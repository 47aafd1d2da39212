"""The demo: a simulated season through the whole house, and a shop to look at."""
