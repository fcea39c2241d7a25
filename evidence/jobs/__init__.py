"""Work that may be done later and elsewhere: what a job is, and where jobs wait."""
