"""Many cases at once: from files, and into files."""
