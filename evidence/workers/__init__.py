"""What the jobs do, and the process that does them."""
