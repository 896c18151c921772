"""Other people's stand-ins for AWS, started as processes: fauxqs from npm (pinned in npm/), moto where it is installed."""
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

NPM = Path(__file__).resolve().parent / "npm"
INSTALL_SECONDS = 120


class Missing(Exception):
    """It cannot be had here; says why."""


def install():
    """The folder with node_modules, of this build or of an earlier run; Missing."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise Missing("node or npm is not installed")
    folder = Path(os.environ.get("GW_BUILD_DIR") or "/tmp") / "aws-npm"
    lock = (NPM / "package-lock.json").read_bytes()
    done = folder / "installed"
    for name in ("package.json", "package-lock.json", *(path.name for path in NPM.glob("*.mjs"))):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(NPM / name, folder / name)
    if done.exists() and done.read_bytes() == lock:
        return folder
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev"]
    try:
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Missing("npm did not answer in time") from None
    if ran.returncode != 0:
        raise Missing("npm: " + (ran.stderr.strip().splitlines() or ["failed"])[-1])
    done.write_bytes(lock)
    return folder


@contextlib.contextmanager
def fauxqs():
    """Its URL; Missing."""
    folder = install()
    process = subprocess.Popen(["node", "start_fauxqs.mjs"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("fauxqs did not start")
        yield json.loads(line)["url"]
    finally:
        process.stdin.close()
        process.wait(timeout=10)
        process.stdout.close()


@contextlib.contextmanager
def moto():
    """Its URL; Missing."""
    if subprocess.run([sys.executable, "-c", "import moto.server"], capture_output=True, check=False).returncode != 0:
        raise Missing("moto's server is not installed")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), urlopen(f"http://127.0.0.1:{port}/moto-api/data.json"):
                break
            time.sleep(0.1)
        else:
            raise RuntimeError("moto did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)
