"""The page for the telephone: what an inspector takes along, and what comes back from a visit."""
