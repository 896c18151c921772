"""kill -9 of the worker 40 times over 20,000 objects; see kill.py."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kill

if __name__ == "__main__":
    sys.exit(kill.loop(objects=20000, kills=40, every=10, life=(0.0, 2.5)))
