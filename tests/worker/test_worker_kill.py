"""kill -9 of the worker 10 times over 300 objects; see kill.py. 20,000 objects: test_worker_kill_slow.py."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kill

if __name__ == "__main__":
    sys.exit(kill.loop(objects=300, kills=10, every=3, life=(0.0, 0.25)))
