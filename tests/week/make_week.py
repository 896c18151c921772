#!/usr/bin/env python3
"""Writes a made week of a Control Tower organization of 400 accounts in which nobody breaks the glass.

    make_week.py OUT [--records 300000] [--accounts 400] [--seed 1]

OUT/AWSLogs/… in CloudTrail's file form and S3 key layout. Prints a JSON summary. Deterministic.

How it is fast: each account's groups of records (week_groups.py) are built once, turned into text and cut at their times
and ids; a week is made by filling the pieces again at other times. Records of a group keep their distances, both copies of
a cross-account call keep one sharedEventID. Cost: about 60 us a record; memory: the management account's records.
"""
import argparse
import calendar
import os
import re
import sys
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import layout
import week_groups
from org import Org, Rng
from records import Trail

START = calendar.timegm((2026, 6, 1, 0, 0, 0))
WEEK, DAY = 7 * 86400, 86400
HOLES = re.compile(r'"(eventTime|creationDate|eventID|requestID|sharedEventID)":"([^"]+)"')


class Group:
    """Records that belong together, as text with holes."""

    def __init__(self, records):
        self.records = []
        for rec in records:
            text, pieces, last = layout.dumps(rec), [], 0
            for m in HOLES.finditer(text):
                pieces.append(text[last:m.start(2)])
                is_time = m.group(1) in ("eventTime", "creationDate")
                pieces.append((True, layout.epoch(m.group(2)) - START) if is_time else (False, m.group(2)))
                last = m.end(2)
            pieces.append(text[last:])
            self.records.append((layout.epoch(rec["eventTime"]) - START, rec["recipientAccountId"], rec["awsRegion"],
                                 pieces))

    def at(self, rng, t, out):
        """Appends the group, begun at `t`, to out[account]."""
        fresh, bits = {}, rng.getrandbits
        for offset, account, region, pieces in self.records:
            parts = list(pieces)
            for i in range(1, len(parts), 2):
                is_time, value = parts[i]
                if is_time:
                    parts[i] = stamp(t + value)
                else:
                    new = fresh.get(value)
                    if new is None:
                        h = "%032x" % bits(128)
                        new = fresh[value] = f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"
                    parts[i] = new
            out.setdefault(account, []).append((t + offset, region, "".join(parts)))


def stamp(t, days={}):
    """2026-06-01T02:03:04Z; days are formatted once."""
    day, second = divmod(t, DAY)
    head = days.get(day)
    if head is None:
        head = days[day] = time.strftime("%Y-%m-%dT", time.gmtime(t))
    return "%s%02d:%02d:%02dZ" % (head, second // 3600, second // 60 % 60, second % 60)


def groups_of(t, account, number):
    """(times a week or None for the bulk, Group) of one account."""
    def capture(make):
        del t.records[:], t.truth[:]
        make()
        return Group(t.records)

    for times, make in week_groups.daily_groups(t, START, account, number):
        yield times, capture(make)
    for make in week_groups.machine_groups(t, START, account):
        yield None, capture(make)


def flush(root, org_id, account, records):
    """One file per region and day, in the order of delivery."""
    files = {}
    for t, region, text in records:
        files.setdefault((region, t // DAY), []).append((t, text))
    for (region, day), rows in sorted(files.items()):
        rows.sort()
        data = ('{"Records":[' + ",".join(text for _, text in rows) + "]}").encode()
        delivered = (day + 1) * DAY - 60
        name = f"{account}_CloudTrail_{region}_{time.strftime('%Y%m%dT%H%MZ', time.gmtime(delivered))}_{zlib.crc32(data):016d}.json.gz"
        layout.write(os.path.join(root, layout.key_folder(org_id, account, region, delivered), name),
                     layout.gz(data, 1))
    return len(files)


def make(root, records=300_000, accounts=400, seed=1):
    """Writes the week; returns the summary."""
    names = ["management", "log-archive", "audit"] + [f"team-{n:03d}" for n in range(3, accounts)]
    rng = Rng("week", seed)
    ids = ["%012d" % (10**11 + n * 1_987_654_321 + 7) for n in range(accounts)]
    org = Org(f"week {seed}", list(zip(ids, names)), [f"person{n:02d}" for n in range(60)], "eu-west-1", START)
    t = Trail(org, f"week {seed}")
    per_account, out, total, files = records // accounts, {}, 0, 0
    for number, account in enumerate(org.accounts):
        made = -sum(len(rows) for rows in out.values())
        bulk = []
        for times, group in groups_of(t, account, number):
            if times is None:
                bulk.append(group)
                continue
            for k in range(times):
                group.at(rng, START + (WEEK // times) * k + rng.randrange(WEEK // times - 7200), out)
        made += sum(len(rows) for rows in out.values())
        while made < per_account:
            group = bulk[rng.randrange(len(bulk))]
            group.at(rng, START + rng.randrange(WEEK - 7200), out)
            made += len(group.records)
        total += made
        for i in [i for i in out if i == account.id and number > 2]:
            files += flush(root, org.id, i, out.pop(i))
    for i in sorted(out):
        files += flush(root, org.id, i, out[i])
    return {"records": total, "files": files, "accounts": accounts, "organization": org.id}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out")
    parser.add_argument("--records", type=int, default=300_000)
    parser.add_argument("--accounts", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    a = parser.parse_args()
    print(layout.dumps(make(a.out, a.records, a.accounts, a.seed)))
