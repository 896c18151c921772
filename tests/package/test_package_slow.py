"""The packages: what is in them, that the sums hold, and that the tar.gz runs where there is nothing but a kernel."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ["GW_SOURCE_DIR"])
BINARY = Path(os.environ["GW_BINARY"])
TOOLS = ("patchelf", "strip", "dpkg-shlibdeps", "dpkg-deb")


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.temp = Path(folder.name)
        cls.dist = cls.temp / "dist"
        made = run(ROOT / "packaging/package", BINARY, cls.dist)
        if made.returncode:
            raise AssertionError(made.stderr)
        with tarfile.open(next(cls.dist.glob("*.tar.gz"))) as archive:
            archive.extractall(cls.temp)
        cls.home = next(cls.temp.glob("glasswatch-*-linux-*"))
        cls.version = run(BINARY, "version").stdout

    def test_sums(self):
        for folder in (self.dist, self.home):
            checked = run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=folder)
            self.assertEqual(checked.returncode, 0, checked.stdout)

    def test_holds_what_is_needed(self):
        for name in ("LICENSE", "CHANGELOG.md", "bin/glasswatch", "glasswatch", "lib/libc.so.6", "licenses/libc6",
                     "share/glasswatch.service"):
            self.assertTrue((self.home / name).is_file(), name)
        listed = run("dpkg-deb", "--contents", next(self.dist.glob("*.deb"))).stdout
        for name in ("usr/bin/glasswatch", "usr/lib/systemd/system/glasswatch.service", "usr/share/doc/glasswatch/docs/operations.md"):
            self.assertIn(f"./{name}\n", listed)

    def test_same_program_same_archives(self):
        again = self.temp / "again"
        run(ROOT / "packaging/package", BINARY, again)
        self.assertEqual((again / "SHA256SUMS").read_text(), (self.dist / "SHA256SUMS").read_text())

    def test_launcher_works_through_links(self):
        (self.temp / "bin").mkdir()
        (self.temp / "bin/one").symlink_to(os.path.relpath(self.home / "glasswatch", self.temp / "bin"))
        (self.temp / "bin/two").symlink_to(self.temp / "bin/one")
        for name in ("one", "two"):
            self.assertEqual(run(self.temp / "bin" / name, "version", cwd="/").stdout, self.version)

    @unittest.skipUnless(os.geteuid() == 0, "chroot needs root")
    def test_runs_in_an_empty_root(self):
        cage = self.temp / "cage"
        cage.mkdir()
        shutil.copytree(self.home, cage / "gw")
        loader = next((cage / "gw/lib").glob("ld-linux*")).name
        command = ["chroot", cage, f"/gw/lib/{loader}", "--library-path", "/gw/lib", "/gw/bin/glasswatch"]
        self.assertEqual(run(*command, "version").stdout, self.version)
        inside = run(*command, "scan", "--all", "--format", "jsonl", "/gw/share/sample-trail/AWSLogs")
        outside = run(BINARY, "scan", "--all", "--format", "jsonl", ROOT / "share/sample-trail/AWSLogs")
        self.assertEqual(inside.returncode, 0, inside.stderr)
        self.assertGreater(inside.stdout.count("\n"), 10)
        self.assertEqual(inside.stdout.replace("/gw/share", str(ROOT / "share")), outside.stdout)

    def test_deb(self):
        deb = next(self.dist.glob("*.deb"))
        depends = run("dpkg-deb", "--field", deb, "Depends").stdout
        self.assertIn("libc6 (>=", depends)
        listed = run("dpkg-deb", "--contents", deb).stdout
        for name in ("./usr/bin/glasswatch", "./usr/share/doc/glasswatch/copyright", "./usr/share/glasswatch/"):
            self.assertIn(name, listed)
        self.assertNotIn(".py", listed)


if __name__ == "__main__":
    if any(shutil.which(tool) is None for tool in TOOLS) or os.environ.get("GW_SANITIZE"):
        sys.exit(77)  # skipped: tools are missing, or this is a sanitizer's build
    unittest.main()
