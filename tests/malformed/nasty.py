"""Small nasty inputs, made on the fly. Bombs are scaled: 200 MB inflated stand for any size, memory is what is measured.

Each entry says what must come of it:
  good      event ids that must be found
  told      True: the problem must be told (exit code 3, file named); False: nothing to tell (exit code 0); None: either
  lossless  event ids that must be found or, failing that, the file must be told about
"""
import gzip
import io
import struct
import zlib

from envelopes import cwl_payload
from layout import dumps, gz

MB = 1 << 20


def event(n, **changes):
    """A break-glass Federate with the event id `n`."""
    rec = {
        "eventVersion": "1.11",
        "userIdentity": {"type": "IdentityCenterUser", "accountId": "111122223333",
                         "onBehalfOf": {"userId": "0c1d2e3f-0000-4000-8000-000000000001",
                                        "identityStoreArn": "arn:aws:identitystore::111122223333:identitystore/d-93670c12ab"},
                         "credentialId": "c"},
        "eventTime": "2026-09-07T02:03:04Z", "eventSource": "sso.amazonaws.com", "eventName": "Federate",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "198.51.100.7", "userAgent": "Mozilla/5.0", "requestParameters": None,
        "responseElements": None,
        "requestID": "r", "eventID": ident(n), "readOnly": False, "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": "111122223333",
        "serviceEventDetails": {"role_name": "BreakGlassAdmin", "account_id": "444455556666"},
        "eventCategory": "Management"}
    rec.update(changes)
    return rec


def ident(n):
    return "00000000-0000-4000-8000-%012d" % n


def text(n, **changes):
    return dumps(event(n, **changes))


def wrap(*parts):
    return ('{"Records":[' + ",".join(parts) + "]}").encode()


def bomb(head, unit, count, tail):
    """gzip of head + unit × count + tail, without holding it."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0, compresslevel=6) as f:
        f.write(head)
        block = unit * (MB // len(unit))
        for _ in range(count):
            f.write(block)
        f.write(tail)
    return out.getvalue()


def with_header(data, flags, extra):
    body = zlib.compressobj(6, zlib.DEFLATED, -15)
    raw = body.compress(data) + body.flush()
    return b"\x1f\x8b\x08" + bytes([flags]) + b"\0\0\0\0\0\xff" + extra + raw + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def entries():
    """(name, bytes, good, told, lossless)."""
    one, two, three = text(1), text(2), text(3)
    plain = wrap(one, two)
    good = [ident(1), ident(2)]
    packed = gz(plain, 6)
    big = text(9, userAgent="x" * (3 * MB))
    deep = "[" * 100_000 + "]" * 100_000
    bad_utf8 = text(2).encode().replace(b"Mozilla/5.0", b"Moz\xc3\x28\xff")
    yield "bomb_zeros.json.gz", bomb(b"", b"\0", 200, b""), [], True, []
    yield "bomb_spaces.json.gz", bomb(b'{"Records":[' + one.encode() + b",", b" ", 200,
                                      two.encode() + b"]}"), [], None, good
    yield "bomb_brackets.json.gz", bomb(b"", b"[", 200, b""), [], True, []
    yield "bomb_in_a_string.json.gz", bomb(wrap(one, two)[:-2] + b',{"eventID":"x","userAgent":"', b"A", 200,
                                           b'"},' + three.encode() + b"]}"), \
        good, True, [ident(3)]
    yield "bomb_keys.json.gz", bomb(b'{"Records":[{', b'"k":1,', 200, b'"z":1}]}'), [], True, []
    yield "bomb_line.jsonl.gz", bomb(one.encode() + b"\n", b"x", 200,
                                     b"\n" + two.encode() + b"\n"), [ident(1)], True, [ident(2)]
    for cut in (1, 9, 12, len(packed) // 2, len(packed) - 9, len(packed) - 1):
        yield f"truncated_{cut}.json.gz", packed[:cut], [], True, []
    yield "bad_crc.json.gz", packed[:-8] + b"\0\0\0\0" + packed[-4:], [], True, []
    yield "bad_size.json.gz", packed[:-4] + b"\xff\xff\xff\x7f", [], None, good
    yield "trailing_garbage.json.gz", packed + b"garbage after the member", [], True, []
    yield "trailing_zeros.json.gz", packed + bytes(512), [], None, good
    yield "gz_in_gz.json.gz", gz(packed, 6), [], True, []
    yield "header_fields.json.gz", with_header(plain, 0x1C,
                                               struct.pack("<H", 4) + b"AB\0\0" + b"name.json\0" +
                                               b"comment\0"), good, False, []
    yield "empty_members.json.gz", gz(b"", 6) * 20_000 + packed + gz(b"", 6) * 20_000, good, False, []
    yield "byte_members.json.gz", b"".join(gz(plain[i:i + 1], 6) for i in range(len(plain))), good, False, []
    yield "empty.json", b"", [], None, []
    yield "empty_list.json", b'{"Records":[]}', [], False, []
    yield "nul_bytes.json", bytes(4096), [], True, []
    yield "bom.json", b"\xef\xbb\xbf" + plain, good, None, []
    yield "utf16.json", plain.decode().encode("utf-16"), [], True, []
    yield "latin1_record.json", wrap(one).replace(b"]}",
                                                  b",") + bad_utf8 + b"," + three.encode() + b"]}", [ident(1), ident(3)], None, [ident(2)]
    yield "bad_utf8_key.json", wrap(one, two).replace(b'"requestID"', b'"request\xffID"',
                                                      1), [ident(2)], None, [ident(1)]
    yield "record_is_number.json", wrap(one, "17", two), good, True, []
    yield "record_is_null.json", wrap(one, "null", two), good, True, []
    yield "record_is_list.json", wrap(one, "[1,2]", two), good, True, []
    yield "records_is_object.json", b'{"Records":{"a":' + one.encode() + b"}}", [], True, []
    yield "records_is_null.json", b'{"Records":null}', [], None, []
    yield "name_is_number.json", wrap(one, text(5, eventName=17), two), good, None, []
    yield "identity_is_list.json", wrap(one, text(5, userIdentity=[1]), two), good, None, [ident(5)]
    yield "details_is_string.json", wrap(one, text(5, serviceEventDetails="x"), two), good, None, [ident(5)]
    yield "account_is_number.json", wrap(text(5,
                                              serviceEventDetails={"role_name": "BreakGlassAdmin",
                                                                   "account_id": 444455556666})), [], None, [ident(5)]
    yield "duplicate_name.json", wrap(one.replace('"eventName":"Federate"',
                                                  '"eventName":"Federate","eventName":"ListApplications"'), two), \
        [ident(2)], None, [ident(1)]
    yield "deep.json", wrap(text(1)[:-1] + ',"x":' + deep + "}", two), [ident(2)], None, [ident(1)]
    yield "deep_top.json", ("[" * 100_000).encode(), [], True, []
    yield "trailing_text.json", plain + b"trailing text", good, True, []
    yield "two_documents.json", plain + wrap(three), [], None, good + [ident(3)]
    yield "missing_comma.json", wrap(one + " " + two), [], True, []
    yield "missing_end.json", plain[:-2], good, True, []
    yield "cut_in_record.json", plain[:-60], [ident(1)], True, []
    yield "three_mib_record.json", wrap(one, big, two), good, True, []
    yield "three_mib_record.json.gz", gz(wrap(one, big, two), 6), good, True, []
    yield "three_mib_line.jsonl", (one + "\n" + big + "\n" + two + "\n").encode(), good, True, []
    yield "bad_middle_line.jsonl", (one + "\n{\"eventName\":\n" + two + "\n").encode(), good, True, []
    yield "blank_lines.jsonl", ("\n\r\n" + one + "\n\n   \n" + two).encode(), good, False, []
    yield "crlf.jsonl", (one + "\r\n" + two + "\r\n").encode(), good, False, []
    yield "no_last_newline.jsonl", (one + "\n" + two).encode(), good, False, []
    yield "cwl_cut_message.json", dumps(cwl_payload([event(1), event(2), event(3)],
                                                    lambda r: dumps(r) if r["eventID"] != ident(2) else dumps(r)[:200])
                                        ).encode(), [ident(1), ident(3)], True, []
    yield "cwl_control.json", b'{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],' \
        b'"logEvents":[{"id":"","timestamp":1,"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}', [], False, []
    yield "escaped_keys.json", plain.replace(b'"eventName":"Federate"',
                                             b'"\\u0065ventNam\\u0065":"Feder\\u0061te"'), good, None, []
    yield "s3_error.xml", b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', [], True, []
    yield "flow.log", b"2 444455556666 eni-1 198.51.100.7 192.0.2.1 443 51000 6 10 8400 1 2 ACCEPT OK\n", [], True, []
    yield "random.bin", zlib.compress(bytes(range(256)) * 64), [], True, []


PAYLOADS = {
    "ansi": "\x1b[31mred\x1b[0m\x1b]0;title\x07", "osc8": "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07",
    "c1": "\x9b31mred\x9d",
    "newline": "a\nFAKE ROW  success\r\nb", "bidi": "abc\u202egnp.exe\u202c\u2066x\u2069\u200f", "nul": "a\0b\x7f",
    "csv_equals": "=cmd|'/c calc'!A1",
    "csv_plus": "+1+2", "csv_minus": "-2+3", "csv_at": "@SUM(1)", "csv_tab": "\t=1+1", "csv_quote": 'a","=1+1","b',
    "zero_width": "ad\u200bmin\ufeff",
    "lines": "a\u2028b\u2029c", "surrogate": "\ud83d\ude00", "wide": "名" * 300,
    "markup": "<script>alert(1)</script>&<!channel>|*_`", "json": '"}],"x":[{"'}


def hostile(payload):
    """Records with the payload in every field that is shown."""
    b = payload
    return [
        event(1, userIdentity={"type": "Unknown", "accountId": "111122223333", "userName": b, "principalId": b},
              userAgent=b),
        event(2, serviceEventDetails={"role_name": b, "account_id": "444455556666"}),
        event(3, serviceEventDetails={"role_name": "BreakGlassAdmin", "account_id": b}), event(4, sourceIPAddress=b),
        event(5, errorCode=b, errorMessage=b), event(6, awsRegion=b), {**event(7), "eventID": b}, event(8, eventTime=b),
        event(9, recipientAccountId=b),
        event(10, eventSource="sts.amazonaws.com", eventName="AssumeRole", serviceEventDetails=None,
              userIdentity={"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/" + b + "/" + b,
                            "principalId": "AROA:" + b},
              requestParameters={"roleArn": "arn:aws:iam::444455556666:role/BreakGlass" + b, "roleSessionName": b})]
