"""Both pattern languages against a second reading of them (tests/support/*_pattern_oracle.py): all of a few small cases, and random
ones. The seed stands in what fails; GW_SEED takes another."""
import os
import sys

ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
from pattern_oracle import compare_every, compare_random
from runner import Checks


def main():
    checks = Checks("pattern oracle")
    compare_every(checks)
    compare_random(checks, int(os.environ.get("GW_SEED", "1")), 6000)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
