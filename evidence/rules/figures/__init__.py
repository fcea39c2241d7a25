"""The figures an agency reports, reckoned from the same case histories that the rules judge."""
