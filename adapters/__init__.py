"""Everything that touches the outside: databases, files, vendors, clocks. One folder per port."""
