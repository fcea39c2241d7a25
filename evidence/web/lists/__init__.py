"""Lists of the desk: declared columns, filtered, sorted, paged, saved and exported by one machinery."""
