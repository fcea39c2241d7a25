"""The system service: unit files that ship with the program, and putting them where systemd finds them."""
