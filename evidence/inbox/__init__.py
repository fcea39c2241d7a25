"""An arrival comes in: seen, settled, proven whole, archived, understood, journalled."""
