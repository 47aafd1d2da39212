"""The house over HTTP: thin handlers that parse, ask the application, and say clearly what was wrong."""
