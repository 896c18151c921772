"""Every test file on disk is run by CTest, and the check that says so can fail."""

import os
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ["GW_SOURCE_DIR"])
BUILD = Path(os.environ["GW_BUILD_DIR"])
sys.path.insert(0, str(ROOT / "tools"))
import check_registered  # noqa: E402


class Registered(unittest.TestCase):
    def test_this_tree(self):
        registered = set((BUILD / "registered_tests.txt").read_text().split())
        self.assertIn("tests/structure/test_registered.py", registered)
        self.assertEqual(check_registered.check(ROOT, registered), [])

    def test_finds_what_is_forgotten_and_what_is_gone(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name in ("src/base/a_test.cpp", "src/base/a.cpp", "tests/deep/er/b_test.cpp", "tests/x/test_c.py",
                         "tests/x/helper.py"):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).touch()
            every = {"src/base/a_test.cpp", "tests/deep/er/b_test.cpp", "tests/x/test_c.py"}
            self.assertEqual(check_registered.check(root, every), [])
            for name in sorted(every):
                with self.subTest(name):
                    self.assertEqual(check_registered.check(root, every - {name}),
                                     [f"{name}: is a test that nothing runs"])
            self.assertEqual(check_registered.check(root, every | {"src/base/old_test.cpp"}),
                             ["src/base/old_test.cpp: is registered but not there"])


if __name__ == "__main__":
    unittest.main()
