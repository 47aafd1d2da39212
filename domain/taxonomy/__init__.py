"""One vocabulary for what happens in a shop: canonical events, aliases, what is refused and why."""
