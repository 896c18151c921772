#!/usr/bin/env python3
"""Measures `glasswatch serve`: what taking in costs beside a scan, and how soon an alert is on its way.

usage: bench/bench_serve.py [--archive DIR] [--binary FILE] [--only ingest,latency] [--pairs N] [--seconds N] [--folder DIR]

ingest   The archive's gzip files are posted to /ingest/cloudtrail, durably committed, about 1 record in 1,000 stored; beside
         it `scan --all --threads 1` over the same files. Records per CPU-second of the serve process alone (user + system,
         /proc/PID/stat), median of the pairs. Goal: at least 0.5 of the scan's.
latency  200 access events a second, one a request, by as many people, in 200 accounts (--accounts 1: all of them in one role of
         one account). From the moment a request is sent to the moment the webhook's first bytes are at the receiver's socket;
         sender and receiver are processes of their own. Goals: p50 < 15 ms, p99 < 60 ms. The disk's own time for a 4 KiB write and
         fdatasync in the same folder is printed beside it: a commit needs one.
"""
import argparse
import gzip
import http.client
import json
import multiprocessing
import os
import re
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
RATE, WORKERS = 200, 4
TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def log_files(folder):
    out = []
    for where, _, names in os.walk(folder):
        out += [os.path.join(where, n) for n in names if n.endswith(".gz") and "Digest" not in where]
    return sorted(out)


def make_archive(megabytes=300):
    """One record in 1,000 is an access that a watch asks for."""
    maker = os.path.join(ROOT, "..", "shared", "data", "gen_archive.py")
    target = os.path.join(ROOT, "build", "bench", f"serve-archive-{megabytes}")
    if not os.path.exists(target + ".done"):
        shutil.rmtree(target, ignore_errors=True)
        os.makedirs(target)
        command = [maker, "--out", target, "--bytes", f"{megabytes}M", "--hits", str(megabytes * 126 // 100)]
        if not os.path.exists(maker):
            command = [os.path.join(ROOT, "tests", "week", "make_week.py"), target, "--records", str(megabytes * 800)]
        print(f"bench: making an archive of {megabytes} MB ...", file=sys.stderr)
        subprocess.run([sys.executable] + command, check=True, stdout=subprocess.DEVNULL)
        open(target + ".done", "w", encoding="ascii").close()
    return target


def post_all(port, files, token):
    """Posts every file over two connections; how many were refused."""
    waiting, refused, lock = list(reversed(files)), [], threading.Lock()

    def work():
        from serve import Connection
        connection = Connection(port, timeout=120)
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip", "Authorization": "Bearer " + token}
        while True:
            with lock:
                if not waiting:
                    return
                path = waiting.pop()
            with open(path, "rb") as f:
                body = f.read()
            for _ in range(200):
                answer = connection.request("POST", "/ingest/cloudtrail", body, headers)
                if answer.status not in (429, 503):
                    break
                time.sleep(0.02)
            if not answer.ok:
                refused.append((path, answer))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return refused


def ingest(arguments):
    from serve import Serve, token_of
    folder = arguments.archive or make_archive()
    files = log_files(folder)
    # What is watched is what the archive plants for one record in a thousand; alerts go to a file.
    config = {"watches": [{"name": "planted", "mechanisms": ["identity_center_cli"]}],
              "receivers": [{"name": "kept", "type": "file", "path": "alerts.jsonl"}], "default_receivers": ["kept"]}
    ratios, records = [], 0
    for turn in range(arguments.pairs + 1):
        began = os.times()
        scan = subprocess.run([arguments.binary, "scan", "--all", "--format", "jsonl", "--threads", "1", "--stats", folder],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        ended = os.times()
        scan_cpu = ended.children_user + ended.children_system - began.children_user - began.children_system
        stats = json.loads(scan.stderr.splitlines()[-1])
        with Serve(config=config, folder=tempfile.mkdtemp(dir=arguments.folder)) as s:
            before = cpu_seconds(s.process.pid)
            wall = time.monotonic()
            refused = post_all(s.port, files, token_of("ingest"))
            wall = time.monotonic() - wall
            serve_cpu = cpu_seconds(s.process.pid) - before
            books = s.metric("glasswatch_records_total", "outcome")
            shutil.rmtree(s.folder, ignore_errors=True)
        records = sum(books.values())
        stored = books.get("matched", 0) + books.get("attached", 0)
        if refused or records != stats["decoded"]:
            print(f"bench: {len(refused)} files refused, {records} records of {stats['decoded']}: {refused[:1]}")
        if turn:  # the first pair warms caches
            ratios.append((records / serve_cpu) / (stats["decoded"] / scan_cpu))
            print(f"  pair {turn}: serve {serve_cpu:.2f} s of CPU ({wall:.2f} s), scan --all {scan_cpu:.2f} s; "
                  f"{records} records, 1 in {records // max(1, stored)} stored")
    print(f"records per CPU-second, ingest over HTTP : scan --all   {statistics.median(ratios):.3f}  "
          f"({min(ratios):.3f} - {max(ratios):.3f})  goal >= 0.5", flush=True)


def fsync_times(folder, n=200):
    """Milliseconds of appending 4 KiB and fdatasync."""
    path, out = os.path.join(folder, "fsync-probe"), []
    with open(path, "wb", buffering=0) as f:
        for _ in range(n):
            began = time.monotonic()
            f.write(b"x" * 4096)
            os.fdatasync(f.fileno())
            out.append((time.monotonic() - began) * 1000)
    os.remove(path)
    return out


def receive(listener, results):
    """A webhook's other end: notes when the first bytes of each request came, by the number in it."""
    selector, buffers, seen = selectors.DefaultSelector(), {}, {}
    listener.setblocking(False)
    selector.register(listener, selectors.EVENT_READ)
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"
    while True:
        for key, _ in selector.select(1):
            if key.fileobj is listener:
                c, _ = listener.accept()
                c.setblocking(False)
                c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(c, selectors.EVENT_READ)
                buffers[c] = [b"", 0]
                continue
            c = key.fileobj
            now = time.monotonic_ns()
            try:
                data = c.recv(1 << 16)
            except OSError:
                data = b""
            if not data:
                selector.unregister(c)
                c.close()
                continue
            state = buffers[c]
            if not state[0]:
                state[1] = now
            state[0] += data
            head, mark, body = state[0].partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            if mark and (not length or len(body) >= int(length[1])):
                for number in set(re.findall(rb"-4000-8000-(\d{12})", body)):
                    seen.setdefault(int(number), state[1])
                state[0] = b""
                c.sendall(answer)
                if head.startswith(b"GET /stop"):
                    results.put(seen)
                    return


def send(port, token, seconds, worker, accounts, results):
    """One of WORKERS senders: its share of RATE events a second, each a request of its own, over so many accounts."""
    from serve import Connection, records_body
    import load
    from identity_center import Visit
    from org import Org, Person, Rng
    from records import Trail
    ids = [("%012d" % (500000000000 + n), f"account-{n}") for n in range(accounts + 1)]
    org = Org("latency", ids, (), "eu-west-1", int(time.time()))
    connection, out, late = Connection(port), {}, 0
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip", "Authorization": "Bearer " + token}
    begin, step = time.monotonic() + 0.2, WORKERS / RATE
    for i in range(int(seconds * RATE / WORKERS)):
        number = i * WORKERS + worker
        trail = Trail(org, f"latency {number}")
        person = Person(Rng("latency", number), f"lat-{number}", number, "198.51.100.%d" % (1 + number % 250))
        person.user_id = f"93670c12ab-00000000-0000-4000-8000-{number:012d}"
        Visit(trail, person).federate(int(time.time()) - 2, org.accounts[1 + number % accounts], load.ROLE)
        body = gzip.compress(records_body(trail.records), 1)
        due = begin + i * step + worker * step / WORKERS
        wait = due - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        elif wait < -0.005:
            late += 1
        began = time.monotonic_ns()
        try:
            answer = connection.request("POST", "/ingest/cloudtrail", body, headers)
        except (OSError, http.client.HTTPException):
            continue
        if answer.ok:
            out[number] = (began, time.monotonic_ns())
    results.put((out, late))


def latency(arguments):
    import load
    from serve import Serve, merge, token_of
    folder = tempfile.mkdtemp(dir=arguments.folder)
    disk = fsync_times(folder)
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    arrived, sent = multiprocessing.Queue(), multiprocessing.Queue()
    receiver = multiprocessing.Process(target=receive, args=(listener, arrived), daemon=True)
    receiver.start()
    config = merge(load.CONFIG, {"default_receivers": ["siem"]})
    hook = {"name": "siem", "type": "webhook", "url": f"http://127.0.0.1:{listener.getsockname()[1]}/in",
            "secret": "env:GWBENCH_SECRET", "allow_private": True}
    with Serve(receivers=[hook], config=config, folder=folder,
               env={"GWBENCH_SECRET": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}) as s:
        senders = [multiprocessing.Process(target=send, args=(s.port, token_of("ingest"), arguments.seconds, n,
                                                           arguments.accounts, sent))
                   for n in range(WORKERS)]
        before = cpu_seconds(s.process.pid)
        for p in senders:
            p.start()
        answers = [sent.get() for _ in senders]
        time.sleep(2)
        used = cpu_seconds(s.process.pid) - before
        stop = http.client.HTTPConnection("127.0.0.1", listener.getsockname()[1])
        stop.request("GET", "/stop")
        seen = arrived.get()
    shutil.rmtree(folder, ignore_errors=True)
    requests = {k: v for out, _ in answers for k, v in out.items()}
    warm = RATE  # the first second
    took = [(seen[n] - t[0]) / 1e6 for n, t in requests.items() if n in seen and n >= warm]
    commits = [(t[1] - t[0]) / 1e6 for n, t in requests.items() if n >= warm]
    missing = len([n for n in requests if n not in seen])
    if not took:
        sys.exit(f"bench: nothing arrived; {len(requests)} requests were accepted")
    print(f"  {len(requests)} events in {arguments.seconds} s, {missing} not told in time, {sum(l for _, l in answers)} sent late, "
          f"{used:.2f} s of CPU")
    print(f"  disk: 4 KiB and fdatasync p50 {percentile(disk, 0.5):.2f} ms, p99 {percentile(disk, 0.99):.2f} ms;  "
          f"request to 2xx p50 {percentile(commits, 0.5):.2f} ms, p99 {percentile(commits, 0.99):.2f} ms")
    print(f"request to receiver's socket at {RATE}/s   p50 {percentile(took, 0.5):.2f} ms  goal < 15   "
          f"p99 {percentile(took, 0.99):.2f} ms  goal < 60", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive")
    parser.add_argument("--binary", default=os.path.join(ROOT, "build", "release", "glasswatch"))
    parser.add_argument("--only", default="ingest,latency")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--accounts", type=int, default=200, help="that the access events of `latency` enter")
    parser.add_argument("--folder", help="where stores are made; default: the system's folder for temporary files")
    arguments = parser.parse_args()
    arguments.binary = os.path.abspath(arguments.binary)  # the server runs in a folder of its own
    os.environ["GW_BINARY"], os.environ["GW_SOURCE_DIR"] = arguments.binary, ROOT
    sys.path.insert(0, os.path.join(ROOT, "tests", "serve"))
    for name, row in (("ingest", ingest), ("latency", latency)):
        if name in arguments.only.split(","):
            row(arguments)


if __name__ == "__main__":
    main()
