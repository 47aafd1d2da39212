"""What was put before a shopper, and what became of it, place by place."""
