"""Many files at once: as parts of one request, or as the members of an archive."""
