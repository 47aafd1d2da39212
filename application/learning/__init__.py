"""From the event log's training rows to a published release."""
