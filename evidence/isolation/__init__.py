"""The one bounded process for everything foreign: CPU seconds, memory, and a pipe of declared messages."""
