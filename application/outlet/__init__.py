"""What we tell others: the event log, followed and translated into integration messages."""
