"""Load on a running server: break-glass sessions and what they do, in gzip batches over several connections.

Whoever sends behaves as a delivery stream does: a batch without a 2xx is sent again until it has one. What got one is kept,
so that a test can ask for it afterwards.
"""
import gzip
import http.client
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from org import Org, Person, Rng
from records import Session, Trail, service
from identity_center import Visit
from serve import Connection, records_body, token_of

ACCOUNTS = (("111122223333", "management"), ("555566667777", "prod-payments"), ("666677778888", "prod-core"))
ROLE = "BreakGlassAdmin"
# One watch without a cap: every opening is told, so that each can be asked for.
CONFIG = {
    "accounts": dict(ACCOUNTS), "default_receivers": ["siem", "audit"],
    "builtin": {"emergency-roles": {"disabled": True}},
    "watches": [{"name": "load", "roles": [ROLE], "severity": "critical", "storm": {"opened": 100000, "within": "1m"}}]}


class Maker:
    """Batches of one worker: the ways in of new sessions, calls of older ones, and noise."""

    def __init__(self, worker, noise=10, calls=6, every_high_risk=5, by_services=False):
        self.worker = worker
        self.seed = f"load {worker} {os.getpid()} {time.time_ns()}"
        self.org = Org(self.seed, ACCOUNTS, (), "eu-west-1", int(time.time()))
        self.noise, self.calls, self.every_high_risk = noise, calls, every_high_risk
        self.by_services = by_services  # noise of services leaves nothing in the horizon of role chains
        self.number, self.running = 0, []
        self.targets = self.org.accounts[1:]

    def batch(self):
        """(records, {event id: kind}) — kind is access, half or activity."""
        self.number += 1
        now, trail, kinds = int(time.time()) - 5, Trail(self.org, f"{self.seed} {self.number}"), {}
        person = Person(Rng(self.seed, self.number), f"p{self.worker}-{self.number}", self.number,
                        "198.51.100.%d" % (1 + self.number % 250))
        account = self.targets[self.number % 2]
        visit = Visit(trail, person)
        visit.federate(now, account, ROLE)
        kinds[trail.records[-1]["eventID"]] = "access"
        s = visit.session(now, account, ROLE)
        kinds[trail.records[-1]["eventID"]] = "half"
        self.running.append(s)
        for s in self.running[-2:]:
            for i in range(self.calls // 2):
                risky = i == 0 and self.number % self.every_high_risk == 0
                rec = trail.add(s.account, "eu-west-1", now + 1, ("iam" if risky else "ec2") + ".amazonaws.com",
                                "CreateUser" if risky else "DescribeInstances", s.identity(), ip="198.51.100.7",
                                read_only=not risky)
                kinds[rec["eventID"]] = "activity"
        machine = service("lambda.amazonaws.com")
        if not self.by_services:
            machine = Session(trail.rng, account, "orders-lambda", "orders", now - 600).identity()
        for _ in range(self.noise):
            trail.add(account, "eu-west-1", now, "kms.amazonaws.com", "Decrypt", machine, read_only=True)
        del self.running[:-2]
        return trail.records, kinds


class Load:
    """`workers` threads against one port, each at most `rate` batches a second. stop() ends once all is acknowledged."""

    def __init__(self, port, workers=4, rate=10, **shape):
        self.port, self.rate, self.workers, self.shape = port, rate, workers, shape
        self.acknowledged = {}  # event id → kind
        self.lock = threading.Lock()
        self.attempted = self.settled = self.batches = 0  # records sent at all, records with a 2xx, batches with one
        self.refused = []
        self.ending, self.threads = threading.Event(), []

    def start(self):
        for n in range(self.workers):
            self.threads.append(threading.Thread(target=self._work, args=(n,), daemon=True))
            self.threads[-1].start()
        return self

    def stop(self, timeout=60):
        """True when every batch that was begun has its 2xx."""
        self.ending.set()
        end = time.monotonic() + timeout
        for t in self.threads:
            t.join(max(0.1, end - time.monotonic()))
        return not any(t.is_alive() for t in self.threads)

    def _work(self, number):
        maker, connection = Maker(number, **self.shape), Connection(self.port, timeout=20)
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip",
                   "Authorization": "Bearer " + token_of("ingest")}
        while not self.ending.is_set():
            began = time.monotonic()
            records, kinds = maker.batch()
            body = gzip.compress(records_body(records), 1)
            while not self._send(connection, body, headers, len(records)):
                time.sleep(0.03)
            with self.lock:
                self.acknowledged.update(kinds)
                self.settled += len(records)
                self.batches += 1
            time.sleep(max(0, 1 / self.rate - (time.monotonic() - began)))

    def _send(self, connection, body, headers, records):
        with self.lock:
            self.attempted += records
        try:
            answer = connection.request("POST", "/ingest/cloudtrail", body, headers)
        except (OSError, http.client.HTTPException):
            return False
        if not answer.ok and answer.status not in (429, 503):
            with self.lock:
                self.refused.append(answer)
        return answer.ok
