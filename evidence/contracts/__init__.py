"""Contracts as text: one folder each, with clauses, numbers, names, titles and checklist."""
