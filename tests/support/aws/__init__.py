"""AWS, as far as glasswatch calls it, on loopback: see server.py."""
