"""Every scenario under scenarios/, each on a server of its own, four at a time; arguments name those that are to run."""
import glob
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), HERE]
import driver
import serve
from runner import Checks


def run(path):
    began = time.monotonic()
    try:
        problem = driver.Scenario(path).run()
    except (AssertionError, OSError, ValueError, KeyError) as e:
        problem = f"{os.path.basename(path)}: {e!r}"
    return problem, time.monotonic() - began


def main():
    serve.require_serve()
    paths = [p for p in sorted(glob.glob(os.path.join(HERE, "scenarios", "*.txt")))
             if not sys.argv[1:] or os.path.basename(p)[:-4] in sys.argv[1:]]
    paths.sort(key=lambda p: not p.endswith("thread.txt"))  # the longest first
    checks = Checks("scenarios")
    # They wait most of the time; sanitizers do not.
    with ThreadPoolExecutor(1 if os.environ.get("GW_SANITIZE") else 4) as pool:
        for path, (problem, took) in zip(paths, pool.map(run, paths)):
            print(f"     {took:5.1f} s {os.path.basename(path)}")
            checks.ok(problem is None, problem)
    return checks.finish()


if __name__ == "__main__":
    sys.exit(main())
