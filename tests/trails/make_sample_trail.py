#!/usr/bin/env python3
"""Writes the sample trail: three days of a made organization of eight accounts, and what is true about it.

    make_sample_trail.py OUT

writes OUT/AWSLogs/… (CloudTrail's file form and S3 key layout), OUT/truth.jsonl, OUT/accounts.json and OUT/users.json.
The same bytes on every run (compressed bytes depend on the zlib that Python is linked with). README.md and
glasswatch.yaml beside them are written by hand.
"""
import calendar
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import layout
import sample_days
import sample_stories
from org import Org, iso
from records import Trail

SEED = "sample trail 1"
DAY = 86400
START = calendar.timegm((2026, 9, 7, 0, 0, 0))  # a Monday
DENSE = 26  # machine calls per account and day; the size of the trail
ACCOUNTS = (("111122223333", "management"), ("222233334444", "log-archive"), ("333344445555", "audit"),
            ("444455556666", "shared-services"), ("555566667777", "prod-payments"), ("666677778888", "prod-core"),
            ("777788889999", "staging"), ("012345678901", "sandbox"))
PEOPLE = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mallory", "trent")
BUCKET = "aws-controltower-logs-222233334444-eu-west-1"


def make():
    """(organization, trail) in memory."""
    org = Org(SEED, ACCOUNTS, PEOPLE, "eu-west-1", START)
    t = Trail(org, SEED)
    for story in sample_stories.STORIES:
        story(t, START)
    for n in range(3):
        day = START + n * DAY
        sample_days.people(t, day, n)
        sample_days.pipelines(t, day)
        sample_days.machines(t, day, DENSE)
        sample_days.machinery(t, day, n)
    return org, t


def write_digests(out, org, keys):
    """Hourly digests of two accounts for one night: one with files, one without."""
    for account in (org.management.id, org.by_name["prod-payments"].id):
        previous = None
        for hour in range(6, 10):
            end = START + hour * 3600 + 91
            stamp = f"{account}_CloudTrail_eu-west-1_20260907T{hour:02d}"
            mine = {k: v for k, v in keys.items() if stamp in k}
            previous = layout.write_digest(out, org.id, account, "eu-west-1", end, BUCKET, mine, previous)


def write_names(out, org):
    accounts = [{"Id": a.id, "Arn": f"arn:aws:organizations::{org.management.id}:account/{org.id}/{a.id}",
                 "Email": f"aws+{a.name}@example.com", "Name": a.name, "Status": "ACTIVE", "JoinedMethod": "CREATED",
                 "JoinedTimestamp": iso(START - 400 * DAY)} for a in org.accounts]
    users = [{"UserName": p.mail, "UserId": p.user_id, "IdentityStoreId": org.store_id,
              "DisplayName": p.name.capitalize(),
              "Name": {"GivenName": p.name.capitalize(), "FamilyName": "Example"},
              "Emails": [{"Value": p.mail, "Type": "work", "Primary": True}]} for p in org.people.values()]
    for name, value in (("accounts.json", {"Accounts": accounts}), ("users.json", {"Users": users})):
        layout.write(os.path.join(out, name), (json.dumps(value, indent=2) + "\n").encode())


def write_all(out):
    org, t = make()
    keys = layout.write_trail(out, org.id, t.records)
    write_digests(out, org, keys)
    layout.write_insight(out, org.id, org.by_name["shared-services"].id, "us-east-1", START + 2 * DAY + 9 * 3600)
    t.truth.sort(key=lambda row: (row["event_time"], row["event_id"]))
    layout.write(os.path.join(out, "truth.jsonl"), "".join(layout.dumps(row) + "\n" for row in t.truth).encode())
    write_names(out, org)
    return org, t


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    made_org, made = write_all(sys.argv[1])
    broken = [row for row in made.truth if row["break_glass"]]
    print(f"{len(made.records)} records, {len(made.truth)} accesses, {len(broken)} of them break-glass")
