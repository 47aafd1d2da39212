"""From what comes back to what others learn from it: brackets, routes, labels that become final, and their queues."""
