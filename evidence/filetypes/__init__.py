"""What a file is, whether it is whole, its boxes and structure: one reader for inbox and recordings."""
