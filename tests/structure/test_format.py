"""C++ files are laid out as .clang-format says, and scripts pass shellcheck. Skipped (77) where the tools are not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(os.environ["GW_SOURCE_DIR"])


def cpp_files():
    listed = subprocess.run(["git", "-C", ROOT, "-c", "safe.directory=*", "ls-files", "*.cpp", "*.h", "*.inl"],
                            capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    return [path for top in ("src", "tests", "fuzz", "bench") for path in (ROOT / top).rglob("*")
            if path.suffix in (".cpp", ".h", ".inl")]


def scripts():
    for path in (ROOT / "dev", ROOT / ".ci/run", *(ROOT / "tools").iterdir(), *(ROOT / "packaging").iterdir(),
                 *(ROOT / "bench").iterdir(), *(ROOT / "deploy").iterdir()):
        if path.is_file() and path.open("rb").readline().rstrip().endswith((b"/sh", b"/bash", b" bash")):
            yield path


def main():
    ran = failed = False
    for tool, files in ((["clang-format", "--dry-run", "-Werror"], cpp_files()), (["shellcheck"], list(scripts()))):
        if shutil.which(tool[0]) and files:
            ran = True
            failed |= subprocess.run([*tool, *map(str, files)], cwd=ROOT, check=False).returncode != 0
    return 1 if failed else 0 if ran else 77


if __name__ == "__main__":
    sys.exit(main())
