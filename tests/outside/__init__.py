"""Files as other programs make them, one folder a class, each made by a small maker of our own."""
