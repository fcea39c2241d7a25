"""Shape of the desk's own tables."""
