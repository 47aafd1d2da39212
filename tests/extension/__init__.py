"""What an outside team has in its own repository: the package `acme_shop`, and tests of it."""
