"""What the shop sells: products (styles), their colourways and variants, and how many pieces there are."""
