"""What vendors' clients send: their published schemas, their examples, and their unmodified clients."""
