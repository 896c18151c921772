#!/usr/bin/env python3
"""Measures the worker (`serve` with an s3_sqs source) beside `scan` on the same objects on disk: CPU per record.

usage: bench/bench_worker.py [--archive DIR] [--binary FILE] [--pairs N] [--folder DIR]

The archive's log objects lie in a local bucket, and a local queue names each once; both verify signatures. Counted is the
CPU of the serve process alone (user + system, /proc/PID/stat) from the first message to the last deletion, and the CPU of a
whole scan on one thread: `--all`, which reads every record as the worker does, and the default, which need not. Goal: at
most 1.5 of `--all`.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(ROOT, "tests", "support"), os.path.dirname(os.path.abspath(__file__))]
from bench_serve import cpu_seconds, log_files, make_archive  # noqa: E402


def scan(binary, folder, *options):
    began = os.times()
    run = subprocess.run([binary, "scan", *options, "--format", "jsonl", "--threads", "1", "--stats", folder],
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    ended = os.times()
    cpu = ended.children_user + ended.children_system - began.children_user - began.children_system
    return cpu, json.loads(run.stderr.splitlines()[-1])


def work(folder, files, root, config):
    """Seconds of CPU, seconds, and the books of one server that reads all of them."""
    from aws.server import StandIn
    from serve import Serve
    with StandIn() as aws:
        aws.s3.create("org-logs")
        queue = aws.sqs.create("trail", visibility=300)
        messages = []
        for path in files:
            key = os.path.relpath(path, root)
            with open(path, "rb") as f:
                aws.s3.put("org-logs", key, f.read(), notify=False)
            messages.append(aws.s3.message("org-logs", key))
        source = {"type": "s3_sqs", "queue_url": queue.url, "buckets": ["org-logs"]}
        with Serve(config={**config, "sources": [source]}, env=aws.environment(), folder=folder) as s:
            time.sleep(1)
            before, wall = cpu_seconds(s.process.pid), time.monotonic()
            for text in messages:
                queue.send(text)
            while any(queue.counts()[k] for k in ("visible", "in_flight", "delayed")):
                if not s.alive() or time.monotonic() > wall + 600:
                    sys.exit("bench: the queue is not read to its end: " + s.stderr()[-1000:])
                time.sleep(0.05)
            wall = time.monotonic() - wall
            return cpu_seconds(s.process.pid) - before, wall, s.metric("glasswatch_records_total", "outcome")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive")
    parser.add_argument("--binary", default=os.path.join(ROOT, "build", "release", "glasswatch"))
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--folder", help="where the store is put (default: the system's temporary folder)")
    args = parser.parse_args()
    os.environ["GW_BINARY"] = args.binary
    root = args.archive or make_archive()
    files = log_files(root)
    config = {"watches": [{"name": "planted", "mechanisms": ["identity_center_cli"]}],
              "receivers": [{"name": "kept", "type": "file", "path": "alerts.jsonl"}], "default_receivers": ["kept"]}
    ratios, others = [], []
    for turn in range(args.pairs + 1):
        all_cpu, stats = scan(args.binary, root, "--all")
        some_cpu, _ = scan(args.binary, root)
        folder = tempfile.mkdtemp(dir=args.folder)
        cpu, wall, books = work(folder, files, root, config)
        shutil.rmtree(folder, ignore_errors=True)
        records = sum(books.values())
        if records != stats["decoded"]:
            sys.exit(f"bench: {records} records of {stats['decoded']} were read: {books}")
        if turn == 0:  # warms caches
            continue
        ratios.append(cpu / all_cpu)
        others.append(cpu / some_cpu)
        print(f"  pair {turn}: worker {cpu:.2f} s of CPU ({wall:.2f} s), scan --all {all_cpu:.2f} s, scan {some_cpu:.2f} s; "
              f"{len(files)} objects, {records} records, {cpu / records * 1e6:.2f} us a record")
    print(f"CPU, worker : scan --all   {statistics.median(ratios):.2f}  ({min(ratios):.2f} - {max(ratios):.2f})  goal <= 1.5")
    print(f"CPU, worker : scan         {statistics.median(others):.2f}  ({min(others):.2f} - {max(others):.2f})")


if __name__ == "__main__":
    main()
