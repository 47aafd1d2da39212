"""Weather: what is usual, and what a provider says."""
