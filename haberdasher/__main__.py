"""`python -m haberdasher`."""

from haberdasher.cli import main

main()
