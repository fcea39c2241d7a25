"""One PDF taken apart: its signatures, what they cover, what came after, whom to believe."""
