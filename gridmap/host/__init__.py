"""What `make` calls before anything is installed: the standard library of Python 3.11 only."""
