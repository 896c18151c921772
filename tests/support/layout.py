"""Writes records as an organization trail delivers them: gzip files in CloudTrail's S3 key layout.

The same records give the same inflated bytes on every machine, and the same compressed bytes with the same zlib
(gzip header without time or name). Digest files name the log files of one account, region and hour with their hashes;
their signatures are made up, so they are for reading past, not for verifying.
"""
import gzip
import hashlib
import io
import json
import os
import time

from org import Rng

SLOT = 8 * 3600  # seconds of records in one file of a small trail


def dumps(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def gz(data, level=9):
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=level, fileobj=out, mtime=0) as f:
        f.write(data)
    return out.getvalue()


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def key_folder(org_id, account, region, day, kind="CloudTrail"):
    return f"AWSLogs/{org_id}/{account}/{kind}/{region}/{time.strftime('%Y/%m/%d', time.gmtime(day))}"


def epoch(iso_time):
    import calendar
    return calendar.timegm(time.strptime(iso_time, "%Y-%m-%dT%H:%M:%SZ"))


def write_trail(root, org_id, records, *, level=9, slot=SLOT, shuffle=True):
    """One file per account, region and slot, records slightly out of order as CloudTrail has them.

    Returns {key: inflated bytes}, keys relative to `root`.
    """
    groups = {}
    for rec in records:
        t = epoch(rec["eventTime"])
        groups.setdefault((rec["recipientAccountId"], rec["awsRegion"], t // slot), []).append((t, len(groups), rec))
    keys = {}
    for (account, region, number), group in sorted(groups.items()):
        rng = Rng("file", account, region, number)
        if shuffle:
            group.sort(key=lambda g: (g[0] // 60, hashlib.sha1(g[2]["eventID"].encode()).digest()))
        delivered = (number + 1) * slot + 240
        stamp = time.strftime("%Y%m%dT%H%MZ", time.gmtime(delivered))
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        name = f"{account}_CloudTrail_{region}_{stamp}_{rng.text(alphabet, 16)}.json.gz"
        data = ('{"Records":[' + ",".join(dumps(r) for _, _, r in group) + "]}").encode()
        key = key_folder(org_id, account, region, delivered) + "/" + name
        write(os.path.join(root, key), gz(data, level))
        keys[key] = data
    return keys


def write_digest(root, org_id, account, region, end, bucket, keys, previous=None):
    """A digest over the log files `keys` ({key: inflated bytes}); returns (key, bytes)."""
    rng = Rng("digest", account, region, end)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(end))
    name = f"{account}_CloudTrail-Digest_{region}_org-trail_{region}_{stamp}.json.gz"
    key = key_folder(org_id, account, region, end, "CloudTrail-Digest") + "/" + name
    iso = lambda t: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t))
    body = {
        "awsAccountId": account, "digestStartTime": iso(end - 3600), "digestEndTime": iso(end),
        "digestS3Bucket": bucket,
        "digestS3Object": key, "digestPublicKeyFingerprint": rng.hexes(32), "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": None, "oldestEventTime": None,
        "previousDigestS3Bucket": bucket if previous else None,
        "previousDigestS3Object": previous[0] if previous else None,
        "previousDigestHashValue": hashlib.sha256(previous[1]).hexdigest() if previous else None,
        "previousDigestHashAlgorithm": "SHA-256" if previous else None,
        "previousDigestSignature": rng.hexes(512) if previous else None,
        "logFiles": [{"s3Bucket": bucket, "s3Object": k, "hashValue": hashlib.sha256(v).hexdigest(),
                      "hashAlgorithm": "SHA-256",
                      "newestEventTime": iso(end - 60), "oldestEventTime": iso(end - 3500)} for k,
                     v in sorted(keys.items())]}
    data = dumps(body).encode()
    write(os.path.join(root, key), gz(data))
    return key, data


def write_insight(root, org_id, account, region, t):
    """An Insights file: a Start and an End that belong together."""
    rng = Rng("insight", account, region, t)
    shared, records = rng.uuid(), []
    for state, at in (("Start", t), ("End", t + 360)):
        records.append({
            "eventVersion": "1.09", "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)),
            "awsRegion": region,
            "eventID": rng.uuid(), "eventType": "AwsCloudTrailInsight", "recipientAccountId": account,
            "sharedEventID": shared,
            "insightDetails": {
                "state": state, "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole",
                "insightType": "ApiErrorRateInsight", "errorCode": "AccessDenied",
                "insightContext": {"statistics": {"baseline": {"average": 0.01}, "insight": {"average": 12.0},
                                                  "insightDuration": 6, "baselineDuration": 10080},
                                   "attributions": [{"attribute": "userIdentityArn", "insight": [], "baseline": []}]}},
            "eventCategory": "Insight"})
    stamp = time.strftime("%Y%m%dT%H%MZ", time.gmtime(t + 1800))
    name = f"{account}_CloudTrail-Insight_{region}_{stamp}_{rng.hexes(16)}.json.gz"
    key = key_folder(org_id, account, region, t, "CloudTrail-Insight") + "/" + name
    write(os.path.join(root, key), gz(dumps({"Records": records}).encode()))
    return key
