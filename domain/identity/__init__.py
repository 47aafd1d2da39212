"""Who is who: identifiers and links are recorded facts; persons are computed from the set of them."""
