"""The watch on what comes in: which figures are ordinary, and what is said of those that are not."""
