#!/usr/bin/env python3
"""Compares the test files on disk with those that the build registered, so that no test is forgotten in silence.

usage: check_registered.py --root DIR --registered FILE

FILE is registered_tests.txt of a build folder (written when CMake configures). A test file is *_test.cpp below src and
tests, and test_*.py below tests. Prints the difference, and ends with 1 when there is any.
"""

import argparse
import sys
from pathlib import Path


def on_disk(root):
    files = set()
    for top, pattern in (("src", "*_test.cpp"), ("tests", "*_test.cpp"), ("tests", "test_*.py")):
        files |= {path.relative_to(root).as_posix() for path in (root / top).rglob(pattern)}
    return files


def check(root, registered):
    disk = on_disk(root)
    return [f"{name}: is a test that nothing runs" for name in sorted(disk - registered)] + [
        f"{name}: is registered but not there" for name in sorted(registered - disk)
        if not (root / name).exists()]  # helpers of a test are registered with it


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--registered", type=Path, required=True)
    arguments = parser.parse_args()
    findings = check(arguments.root, set(arguments.registered.read_text().split()))
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
