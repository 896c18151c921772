"""Log objects for the worker's tests: where CloudTrail would put records, and people who break the glass."""
import random
import string
import time

from layout import gz
from org import Person, Rng
from serve import records_body
from story import ACCOUNTS

CONFIG = {"accounts": dict(ACCOUNTS), "default_receivers": ["siem"],
          "watches": [{"name": "prod", "roles": ["BreakGlass*"], "severity": "critical",
                       "storm": {"opened": 100000, "within": "10m"}}]}
LETTERS = random.Random(7)


def key_of(record, *, account=None, region=None, prefix="", kind="CloudTrail", at=None):
    """A new name for an object that holds the record."""
    account, region = account or record["recipientAccountId"], region or record["awsRegion"]
    at = time.gmtime(at or time.time())
    tail = "".join(LETTERS.choices(string.ascii_letters + string.digits, k=16))
    return (f"{prefix}AWSLogs/o-ab12cd34ef/{account}/{kind}/{region}/{time.strftime('%Y/%m/%d', at)}/"
            f"{account}_{kind}_{region}_{time.strftime('%Y%m%dT%H%MZ', at)}_{tail}.json.gz")


def federate(story, who):
    """The record of somebody who breaks the glass; anybody can."""
    if who not in story.org.people:
        story.org.people[who] = Person(Rng("worker", who), who, len(story.org.people), "198.51.100.7")
    return story.plant(time.time() - 60, "federate", [who, "prod-payments", "BreakGlassAdmin"])[0]


def name_of(story, principal):
    """Whom a session is about."""
    found = [p.name for p in story.org.people.values() if p.user_id == principal["id"].rpartition("#")[2].rpartition("/")[2]]
    return found[0] if found else f"unknown {principal}"


def body(*records):
    return gz(records_body(records))


def source(queue, **more):
    return {"type": "s3_sqs", "queue_url": queue.url, "buckets": ["org-logs"], **more}
