"""What shoppers do with a slate comes back to it as labelled examples."""
