"""kill -9 at 200 random instants under load; see kill_loop.py."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kill_loop

if __name__ == "__main__":
    sys.exit(kill_loop.loop(int(os.environ.get("GW_KILLS", "200"))))
