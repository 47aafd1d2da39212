"""Streaming features: states kept with the journal, and their values put where serving reads them."""
