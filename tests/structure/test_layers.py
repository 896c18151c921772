"""The layer checker: this tree is clean, and each rule fails on a tree that breaks it."""

import os
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ.get("GW_SOURCE_DIR", Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(ROOT / "tools"))
import check_layers  # noqa: E402

TABLE = """# folder : may include
base        :
base/json   : base
domain/model: base base/json
app         : *
"""


class Planted(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("tools/layers.txt", TABLE)
        self.write("src/base/time.h", "#pragma once\n#include <string>\n")
        self.write("src/base/CMakeLists.txt", "gw_library(gw_base LIBS deflate)\n")
        self.write("src/base/json/doc.h", '#include "base/time.h"\n')
        self.write("src/base/json/CMakeLists.txt", "gw_library(gw_json DEPS gw_base LIBS simdjson)\n")
        self.write("src/domain/model/record.h", '#include "base/json/doc.h"\n#include "base/time.h"\n')
        self.write("src/domain/model/CMakeLists.txt", "gw_library(gw_model DEPS gw_json gw_base)\n")
        self.write("src/app/main.cpp", '#include "domain/model/record.h"\n')
        self.write("src/app/CMakeLists.txt", "gw_library(gw_app DEPS gw_model)\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def assert_only(self, *parts):
        findings = check_layers.check(self.root)
        self.assertEqual(len(findings), 1, findings)
        for part in parts:
            self.assertIn(part, findings[0])

    def test_clean_tree_passes(self):
        self.assertEqual(check_layers.check(self.root), [])

    def test_include_to_the_right(self):
        self.write("src/base/time.cpp", '\n  # include "domain/model/record.h"\n')
        self.assert_only("src/base/time.cpp:2", "base may not include domain/model")

    def test_parent_and_child_folders_are_two(self):
        self.write("src/base/time.cpp", '#include "base/json/doc.h"\n')
        self.assert_only("base may not include base/json")

    def test_tests_obey_too(self):
        self.write("src/base/time_test.cpp", '#include "domain/model/record.h"\n')
        self.assert_only("src/base/time_test.cpp:1")

    def test_include_that_is_not_from_src(self):
        self.write("src/app/run.cpp", '#include "main.h"\n')
        self.assert_only("src/app/run.cpp:1", "no file below src")

    def test_cycle_of_files(self):
        self.write("src/base/a.h", '#include "base/b.h"\n')
        self.write("src/base/b.h", '#include "base/c.h"\n')
        self.write("src/base/c.h", '#include "base/a.h"\n')
        self.assert_only("base/a.h -> base/b.h -> base/c.h -> base/a.h", "cycle")

    def test_cycle_of_folders_cannot_be_allowed(self):
        self.write("tools/layers.txt", TABLE.replace("base        :", "base        : base/json"))
        self.assert_only("base may not include base/json, which does not stand above it")

    def test_folder_without_a_line(self):
        self.write("src/edge/net/http.h", "#pragma once\n")
        self.assert_only("src/edge/net/http.h", "edge/net is not in tools/layers.txt")

    def test_line_without_a_folder(self):
        self.write("tools/layers.txt", TABLE + "edge/net: base\n")
        findings = check_layers.check(self.root)
        self.assertIn("tools/layers.txt: src/edge/net holds no code", findings)

    def test_cmake_dependency_to_the_right(self):
        self.write("src/base/CMakeLists.txt", "gw_library(gw_base\n  DEPS gw_model\n  LIBS deflate)\n")
        self.assert_only("src/base/CMakeLists.txt", "base may not depend on domain/model")

    def test_cmake_dependency_on_nothing(self):
        self.write("src/app/CMakeLists.txt", "gw_library(gw_app DEPS gw_modle)\n")
        self.assert_only("gw_modle, which no folder makes")

    def test_length(self):
        self.write("src/base/time.cpp", "\n" * check_layers.MAX_LINES)
        self.assertEqual(check_layers.check(self.root), [])
        self.write("src/base/time.cpp", "\n" * (check_layers.MAX_LINES + 1))
        self.assert_only("src/base/time.cpp: 401 lines")
        self.write("tools/long_files.txt", "src/base/time.cpp: a table of leap seconds\n")
        self.assertEqual(check_layers.check(self.root), [])

    def test_length_counts_scripts_and_tests(self):
        for name in ("tests/week/org.py", "tools/fuzz_one", "dev", "docs/tour.md"):
            with self.subTest(name):
                self.write(name, "\n" * 401)
                self.assert_only(f"{name}: 401 lines")
                (self.root / name).unlink()

    def test_exception_needs_a_reason_and_a_long_file(self):
        self.write("tools/long_files.txt", "src/base/time.h:\n")
        self.assert_only("has no reason")
        self.write("tools/long_files.txt", "src/base/time.h: was long once\n")
        self.assert_only("src/base/time.h needs no exception any more")


class ThisTree(unittest.TestCase):
    def test_is_clean(self):
        self.assertEqual(check_layers.check(ROOT), [])

    def test_architecture_shows_the_same_table(self):
        layers = check_layers.read_layers(ROOT / "tools/layers.txt")
        text = (ROOT / "ARCHITECTURE.md").read_text()
        block = text.split("<!-- layers -->")[1].split("<!-- /layers -->")[0]
        shown = {}
        for line in block.strip().splitlines()[2:]:  # below the heading and its rule
            folder, allowed, _ = (cell.strip() for cell in line.strip("|").split("|"))
            names = allowed.replace("`", "").replace("nothing", "").replace(",", " ").split()
            shown[folder.strip("`")] = set(shown) if names == ["everything"] else set(names)
        self.assertEqual(list(shown), ["src/" + folder for folder in layers])
        self.assertEqual({name.removeprefix("src/"): {n.removeprefix("src/") for n in allowed}
                          for name, allowed in shown.items()}, layers)


if __name__ == "__main__":
    unittest.main()
