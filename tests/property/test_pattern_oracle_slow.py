"""As test_pattern_oracle.py, with many random cases from ever other seeds; GW_SEED takes a first one again."""
import os
import sys
import time

ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
from pattern_oracle import compare_random
from runner import Checks


def main():
    checks = Checks("pattern oracle, slow")
    first = int(os.environ.get("GW_SEED", str(int(time.time()))))
    for seed in range(first, first + 10):
        compare_random(checks, seed, 20000)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
