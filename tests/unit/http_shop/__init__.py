"""The shop page, asked as a browser asks."""
