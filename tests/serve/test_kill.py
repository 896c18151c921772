"""kill -9 at 20 random instants under load; see kill_loop.py. The same with 200 is test_kill_slow.py."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kill_loop

if __name__ == "__main__":
    sys.exit(kill_loop.loop(20))
