"""Hand-written return comments with their labels, held out to test how comments are read."""
