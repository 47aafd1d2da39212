"""The business of a fashion retailer: pure deciders, values and the taxonomy. Attrs and the standard library only."""
