"""Noise: who is no shopper, which taps were slips, what was abandoned, bought in bulk, or out of the ordinary."""
