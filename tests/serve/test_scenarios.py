"""Every scenario under scenarios/, each on a server of its own; arguments name those that are to run."""
import glob
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
import driver
import serve
from runner import Checks


def main():
    serve.require_serve()
    paths = sorted(glob.glob(os.path.join(HERE, "scenarios", "*.txt")))
    wanted = sys.argv[1:]
    checks = Checks("scenarios")
    for path in paths:
        if wanted and not any(w in os.path.basename(path) for w in wanted):
            continue
        try:
            problem = driver.Scenario(path).run()
        except (AssertionError, OSError, ValueError, KeyError) as e:
            problem = f"{os.path.basename(path)}: {e!r}"
        checks.ok(problem is None, problem)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
