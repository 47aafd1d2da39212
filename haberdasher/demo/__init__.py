"""The demo: a simulated season through the whole house, and a shop to look at."""

#: What a season leaves in its home for the server to show.
PICTURES = "pictures"
PERSONAS = "personas.json"
