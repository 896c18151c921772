"""The console snippets of the README and docs are run, and print what the page says; files that pages name exist.

A block ```console holds commands behind `$ ` and the output that follows. Run with UPDATE=1 to write the outputs anew. A block
```yaml that begins with `version:` is a configuration, and `config check` takes it; a block ```json with a "Version" is a policy.
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = os.environ.get("GW_SOURCE_DIR") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("GW_BINARY")
PAGES = ["README.md"] + ["docs/" + name for name in sorted(os.listdir(os.path.join(ROOT, "docs"))) if name.endswith(".md")]
PAGES += ["docs/aws/" + name for name in sorted(os.listdir(os.path.join(ROOT, "docs/aws")))]
PAGES += ["docs/deploy/" + name for name in sorted(os.listdir(os.path.join(ROOT, "docs/deploy")))]
PAGES += ["deploy/patterns/README.md", "deploy/cloudformation/README.md", "deploy/terraform/README.md"]
PAGES += ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"]
failures = 0
checks = 0


def check(good, message):
    global failures, checks
    checks += 1
    if not good:
        failures += 1
        print("FAIL " + message)


def output(command):
    words = shlex.split(command)
    if words[0] != "glasswatch":
        return None
    environment = dict(os.environ, NO_COLOR="1")
    environment.pop("GLASSWATCH_WATCH", None)
    run = subprocess.run([BINARY] + words[1:], cwd=ROOT, capture_output=True, text=True, env=environment)
    check(run.returncode == 0, f"`{command}` ends with {run.returncode}: {run.stderr[:300]}")
    return run.stdout


def run_blocks(page, text):
    def block(match):
        out = []
        for part in re.split(r"^(?=\$ )", match.group(1), flags=re.M):
            if not part.startswith("$ "):
                out.append(part)
                continue
            command, _, said = part[2:].partition("\n")
            got = output(command)
            if got is None:
                out.append(part)
                continue
            check(got == said, f"{page}: `{command}` prints something else than the page says")
            out.append(f"$ {command}\n{got}")
        return "```console\n" + "".join(out) + "```"

    return re.sub(r"```console\n(.*?)```", block, text, flags=re.S)


def check_blocks(page, text):
    """Configurations and policies that a page shows."""
    for block in re.findall(r"```yaml\n(version:.*?)```", text, flags=re.S):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
            f.write(block)
            f.flush()
            run = subprocess.run([BINARY, "config", "check", f.name], capture_output=True, text=True)
        check(run.returncode == 0, f"{page}: `config check` says of an example: {run.stdout[-500:]} {run.stderr[-500:]}\n{block}")
    for block in re.findall(r"```json\n(\{\s*\"Version\".*?)```", text, flags=re.S):
        try:
            statements = json.loads(block)["Statement"]
        except (ValueError, KeyError) as e:
            check(False, f"{page}: this is no policy: {e}\n{block}")
            continue
        for one in statements:
            actions = [one["Action"]] if isinstance(one["Action"], str) else one["Action"]
            check(all("*" not in action for action in actions), f"{page}: a policy allows {actions}")


def check_table():
    """The table of features has no blank cell, but for the corner."""
    with open(os.path.join(ROOT, "docs/deployments.md"), encoding="utf-8") as f:
        tables = [t.splitlines() for t in re.findall(r"^\|.*?(?=\n\n|\Z)", f.read(), flags=re.M | re.S)]
    check(len(tables) >= 2, "docs/deployments.md: its tables are not there")
    for table in tables:
        rows = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in table if row.startswith("|")]
        rows[0] = [cell for cell in rows[0] if cell]
        for row in rows[1:]:
            good = len(row) == len(rows[0]) + 1 and all(row)
            check(good, f"docs/deployments.md: a cell is blank or missing: {row}")


def check_fields():
    """docs/commands.md names the fields of --stats and of an event as the program writes them."""
    with open(os.path.join(ROOT, "docs/commands.md"), encoding="utf-8") as f:
        page = f.read()
    trail = os.path.join(ROOT, "share/sample-trail/AWSLogs")
    run = subprocess.run([BINARY, "scan", "--format", "jsonl", "--stats", trail], capture_output=True, text=True)
    table = page[page.index("`--stats` writes"):page.index("What a mode did not count")]
    rows = [name for row in re.findall(r"^\| (`.*?) \|", table, flags=re.M) for name in re.findall(r"`(\w+)`", row)]
    check(rows == list(json.loads(run.stderr)), f"docs/commands.md: fields of --stats are {list(json.loads(run.stderr))}")
    event = json.loads(run.stdout.splitlines()[0])
    example = json.loads(re.search(r"```json\n(.*?)```", page, flags=re.S).group(1))
    further = re.findall(r"`(\w+)`", page[page.index("Further\nfields:"):])
    check(list(example) + further == list(event), f"docs/commands.md: fields of an event are {list(event)}")
    for name in ("principal", "origin"):
        check(list(example[name]) == list(event[name]), f"docs/commands.md: fields of {name} are {list(event[name])}")


def check_commands():
    """docs/commands.md names every command, and every option of those around `serve`, as the program's help does."""
    with open(os.path.join(ROOT, "docs/commands.md"), encoding="utf-8") as f:
        page = f.read()

    def help_of(*command):
        return subprocess.run([BINARY, *command, "--help"], capture_output=True, text=True).stdout

    def listed(text, title):
        part = re.search(r"^" + title + r":\n(.*?)(?:\n\n|\Z)", text, flags=re.M | re.S)
        return re.findall(r"^  (\S+)", part[1], flags=re.M) if part else []

    leaves = []
    for name in listed(help_of(), "Subcommands"):
        children = listed(help_of(name), "Subcommands")
        leaves += [[name, child] for child in children] or [[name]]
        check(re.search(r"^\| `glasswatch " + name + r"[ `\[]", page, flags=re.M), f"docs/commands.md: no row for {name}")
        row = re.search(r"^\| `glasswatch " + name + r" (\S+?)`", page, flags=re.M)
        check(not children or (row and row[1].split("\\|") == children), f"docs/commands.md: {name} has {children}")
    table = page[page.index("<!-- options"):page.index("<!-- /options")]
    rows = {}
    for command, options in re.findall(r"^\| `([a-z][^`]*)` \| (.*) \|$", table, flags=re.M):
        rows[tuple(w for w in command.split() if w.islower())] = re.findall(r"`(--[a-z-]+)`", options)
    for leaf in leaves:
        if leaf[0] in ("scan", "doctor", "config", "version", "completion"):
            continue
        options = [o.split(",")[-1] for o in listed(help_of(*leaf), "Options") if "--help" not in o]
        check(rows.pop(tuple(leaf), None) == options, f"docs/commands.md: {' '.join(leaf)} has {options}")
    check(not rows, f"docs/commands.md: no such commands: {list(rows)}")


if not BINARY or not os.path.exists(BINARY):
    print("skipped: GW_BINARY is not set")
    sys.exit(77)
for page in PAGES:
    path = os.path.join(ROOT, page)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    new = run_blocks(page, text)
    if os.environ.get("UPDATE") == "1" and new != text:
        with open(path, "w", encoding="utf-8") as f:
            f.write(new)
    check_blocks(page, text)
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        check(os.path.exists(os.path.join(os.path.dirname(path), target)), f"{page} links to {target}, which is not there")
    for name in re.findall(r"`((?:src|tests|docs|fuzz|tools|share)/[\w./-]+\.\w+)`", text):
        check(os.path.exists(os.path.join(ROOT, name)), f"{page} names {name}, which is not there")
check_fields()
check_table()
check_commands()
print(f"docs: {checks} checks, {failures} failed")
sys.exit(1 if failures else 0)
