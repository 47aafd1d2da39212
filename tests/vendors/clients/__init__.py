"""Programs that use a vendor's own, unmodified client: `python -m tests.vendors.clients.NAME URL`.

Each prints one JSON list on stdout: the id and the name of every message that it handed to its client.
"""
