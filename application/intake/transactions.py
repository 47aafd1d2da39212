"""Facts of the order system: orders and returns, each on its own stream, allocation on the order's."""
