"""The systemd unit: systemd understands it, and it gives the service no more than it needs."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

from runner import BINARY, SOURCE, Checks, require_binary

require_binary()
checks = Checks("unit")
with open(os.path.join(SOURCE, "share/glasswatch.service"), encoding="utf-8") as f:
    unit = f.read()
settings = dict(re.findall(r"^(\w+)=(.*)$", unit, flags=re.M))
for name, value in (("Type", "notify"), ("NoNewPrivileges", "yes"), ("ProtectSystem", "strict"), ("MemoryDenyWriteExecute", "yes"),
                    ("CapabilityBoundingSet", ""), ("StateDirectory", "glasswatch"), ("RestartPreventExitStatus", "2")):
    checks.ok(settings.get(name) == value, f"{name}={value}, not {settings.get(name)}")
checks.ok("-HUP $MAINPID" in settings["ExecReload"], "reload is SIGHUP")
# Its end takes up to 10 seconds for what is in flight, and what a commit takes.
checks.ok(int(settings["TimeoutStopSec"]) > 20, "it is given time to end")
command = settings["ExecStart"].split()
checks.ok(command[0] == "/usr/bin/glasswatch", "the program lies where the package puts it")
help_text = subprocess.run([BINARY, command[1], "--help"], capture_output=True, text=True).stdout
for word in command[2:]:
    checks.ok(not word.startswith("--") or word in help_text, f"there is an option {word}")
if shutil.which("systemd-analyze"):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "glasswatch.service")
        with open(path, "w", encoding="utf-8") as f:
            f.write(unit.replace("/usr/bin/glasswatch", BINARY))
        verified = subprocess.run(["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True)
        checks.ok(verified.returncode == 0 and not verified.stderr.strip(), f"systemd-analyze verify: {verified.stderr}")
        judged = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--no-pager", path], capture_output=True, text=True)
        level = re.search(r"exposure level for \S+: ([\d.]+)", judged.stdout)
        checks.ok(level is not None and float(level[1]) < 2, f"systemd-analyze security: {level and level[0]}")
sys.exit(checks.finish())
