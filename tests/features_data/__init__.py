"""The declared features on public data: what becomes of them there, and that two engines agree on it."""
