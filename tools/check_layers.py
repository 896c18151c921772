#!/usr/bin/env python3
"""Holds the tree to the arrow: no forbidden include, no cycle, no unlisted folder, no file that is too long.

usage: check_layers.py [--root DIR]

Rules come from tools/layers.txt; what may be longer than 400 lines, and why, stands in tools/long_files.txt.
Prints one line per finding, `path[:line]: what`, and ends with 1 when there is any. Reads every file once.
"""

import argparse
import re
import sys
from pathlib import Path

MAX_LINES = 400
SOURCE = {".cpp", ".h", ".inl"}
COUNTED = SOURCE | {".py", ".sh", ".cmake", ".txt", ".md"}
COUNTED_FOLDERS = ("src", "tests", "fuzz", "bench", "tools", "cmake", "packaging", "docs")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
LIBRARY = re.compile(r"gw_library\(\s*(\w+)([^)]*)\)")


class BadTable(Exception):
    pass


def read_layers(path):
    """{folder: set of folders it may include}, in the order of the arrow. A line may name only lines above it."""
    layers = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        line = line.split("#", 1)[0].strip()
        if not line:
            continue
        folder, colon, allowed = line.partition(":")
        folder = folder.strip()
        if not colon or folder in layers:
            raise BadTable(f"{path}:{number}: not `folder : folder ...`, or listed twice")
        names = set(layers) if allowed.split() == ["*"] else set(allowed.split())
        for name in sorted(names):
            if name not in layers:
                raise BadTable(f"{path}:{number}: {folder} may not include {name}, which does not stand above it")
        layers[folder] = names
    return layers


def read_exceptions(path):
    exceptions = {}
    if path.exists():
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                name, _, reason = line.partition(":")
                if not reason.strip():
                    raise BadTable(f"{path}:{number}: {name} has no reason")
                exceptions[name.strip()] = reason.strip()
    return exceptions


def includes(path):
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1)


def check_includes(root, layers):
    src = root / "src"
    graph = {}
    for path in sorted(p for p in src.rglob("*") if p.suffix in SOURCE):
        name = path.relative_to(src).as_posix()
        folder = path.parent.relative_to(src).as_posix()
        shown = f"src/{name}"
        if folder not in layers:
            yield f"{shown}: folder {folder} is not in tools/layers.txt"
            continue
        graph[name] = []
        for number, target in includes(path):
            target_folder = target.rpartition("/")[0]
            if not (src / target).is_file():
                yield f'{shown}:{number}: "{target}" is no file below src (include from there, or use <...>)'
            elif target_folder != folder and target_folder not in layers[folder]:
                yield f"{shown}:{number}: {folder} may not include {target_folder}"
            else:
                graph[name].append(target)
    yield from find_cycles(graph)
    for folder in layers:
        if not any((src / folder).glob("*.[ch]*")):
            yield f"tools/layers.txt: src/{folder} holds no code"


def find_cycles(graph):
    """Depth-first over files; each cycle is told once, from where it was entered."""
    done = set()

    def visit(name, trail):
        if name in trail:
            yield "src/" + " -> ".join([*trail[trail.index(name):], name]) + ": cycle of includes"
        elif name not in done:
            for target in graph.get(name, ()):
                yield from visit(target, [*trail, name])
            done.add(name)

    for name in sorted(graph):
        yield from visit(name, [])


def check_cmake(root, layers):
    """The DEPS of each folder's library are folders that it may include."""
    owner, deps = {}, {}
    for folder in layers:
        path = root / "src" / folder / "CMakeLists.txt"
        if not path.exists():
            yield f"src/{folder}: no CMakeLists.txt"
            continue
        for name, rest in LIBRARY.findall(path.read_text()):
            owner[name] = folder
            words = rest.replace("LIBS", "\0LIBS").split("\0")[0].split()
            deps[name] = [word for word in words if word != "DEPS"]
    for name, targets in deps.items():
        for target in targets:
            if target not in owner:
                yield f"src/{owner[name]}/CMakeLists.txt: {name} depends on {target}, which no folder makes"
            elif owner[target] not in layers[owner[name]]:
                yield f"src/{owner[name]}/CMakeLists.txt: {owner[name]} may not depend on {owner[target]}"


def counted_files(root):
    yield root / "dev"
    for top in COUNTED_FOLDERS:
        for path in sorted((root / top).rglob("*")):
            if path.is_file() and (path.suffix in COUNTED or (not path.suffix and top in ("tools", "packaging", "bench"))):
                yield path


def check_lengths(root, exceptions):
    long = set()
    for path in counted_files(root):
        if not path.is_file() or path.name == "__pycache__":
            continue
        name = path.relative_to(root).as_posix()
        lines = path.read_bytes().count(b"\n")
        if lines > MAX_LINES:
            long.add(name)
            if name not in exceptions:
                yield f"{name}: {lines} lines, more than {MAX_LINES}: split it, or give a reason in tools/long_files.txt"
    for name in sorted(set(exceptions) - long):
        yield f"tools/long_files.txt: {name} needs no exception any more"


def check(root):
    try:
        layers = read_layers(root / "tools/layers.txt")
        exceptions = read_exceptions(root / "tools/long_files.txt")
    except BadTable as error:
        return [str(error)]
    return [*check_includes(root, layers), *check_cmake(root, layers), *check_lengths(root, exceptions)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    findings = check(parser.parse_args().root)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
