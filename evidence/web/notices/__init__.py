"""Telling people what they have to do while they do not look: by e-mail, and in the browser."""
