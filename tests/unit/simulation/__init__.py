"""The simulated shop: is it deterministic, plausible, and as hard as it says?"""
