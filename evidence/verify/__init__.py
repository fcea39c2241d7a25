"""The auditor's tool: takes a package or a PDF apart and says what it is worth.

Stands alone: needs neither a workspace nor a network nor anything but the base dependencies.
"""
