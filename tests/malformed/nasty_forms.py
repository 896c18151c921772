"""More nasty inputs: envelopes within envelopes, lists and keys in odd shapes, damage of every layer at once.

Entries are as in nasty.py. Forms are AWS's ("Log group-level subscription filters", "SNS message and JSON formats", "Using
Lambda with Amazon SQS", "Using Lambda with Kinesis", "Understand HTTP endpoint delivery request and response
specifications"); what is broken in them is not.
"""
import base64
import json

from envelopes import cwl_payload, eventbridge_event
from layout import dumps, gz
from nasty import MB, event, ident, text, wrap

B64 = lambda data: base64.b64encode(data).decode()
PAD = "p" * 1000


def ordinary(n, **changes):
    """A record that no watch is about."""
    return text(n, eventSource="ec2.amazonaws.com", eventName="DescribeInstances", serviceEventDetails=None,
                userIdentity={"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/app/i-1"}, **changes)


def bulk(count):
    """About a kilobyte and a half each, with distinct ids."""
    return [ordinary(10_000 + i, userAgent=PAD) for i in range(count)]


def cwl(*ns):
    return dumps(cwl_payload([event(n) for n in ns])).encode()


def awslogs(data):
    return dumps({"awslogs": {"data": B64(data)}})


def kinesis(*datas):
    return dumps({"Records": [{"eventID": f"shardId-000000000006:{i}", "eventSource": "aws:kinesis",
                               "eventName": "aws:kinesis:record", "eventVersion": "1.0", "awsRegion": "eu-west-1",
                               "kinesis": {"partitionKey": "p", "sequenceNumber": str(i), "data": B64(d)}}
                              for i, d in enumerate(datas)]})


def firehose(*datas):
    return dumps({"requestId": "r", "timestamp": 1, "records": [{"data": B64(d)} for d in datas]})


def sns(message):
    return dumps({"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:eu-west-1:111122223333:t",
                  "Message": message, "Timestamp": "2026-09-07T02:05:00.000Z"})


def lambda_sns(*messages):
    return dumps({"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": json.loads(sns(m))}
                              for m in messages]})


def sqs_element(body):
    return {"messageId": "m", "receiptHandle": "h", "body": body, "attributes": {}, "messageAttributes": {},
            "md5OfBody": "0", "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-west-1:111122223333:q",
            "awsRegion": "eu-west-1"}


def sqs(*bodies):
    return dumps({"Records": [sqs_element(b) for b in bodies]})


def bridged(n):
    return dumps(eventbridge_event(event(n)))


def nested(depth, inner):
    for _ in range(depth):
        inner = sns(inner)
    return inner


def envelopes():
    one, two, three = text(1), text(2), text(3)
    good, all_three = [ident(1), ident(2)], [ident(1), ident(2), ident(3)]
    cut = gz(cwl(2), 6)[:-30]
    lines = lambda *parts: ("\n".join(parts) + "\n").encode()
    yield "kinesis_cut_gzip.json", kinesis(gz(cwl(1), 6), cut, gz(cwl(3), 6)).encode(), [ident(1), ident(3)], True, []
    yield "kinesis_two_members.json", kinesis(gz(cwl(1), 6) + gz(b"\n" + cwl(2), 6)).encode(), good, False, []
    yield "kinesis_members_without_newline.json", kinesis(gz(cwl(1), 6) + gz(cwl(2), 6)).encode(), [], None, good
    yield "kinesis_empty_data.json", kinesis(gz(cwl(1), 6), b"", gz(cwl(2), 6)).encode(), good, True, []
    yield "kinesis_gzip_of_gzip.json", kinesis(gz(gz(cwl(1), 6), 6), gz(cwl(2), 6)).encode(), [ident(2)], True, []
    yield "awslogs_garbage_behind_gzip.json", awslogs(gz(cwl(1, 2), 6) + b"garbage").encode(), [], None, good
    yield "awslogs_cut.json", awslogs(gz(cwl(1, 2), 6)[:-9]).encode(), [], True, []
    yield "awslogs_cut_base64.json", dumps({"awslogs": {"data": B64(gz(cwl(1), 6))[:-3]}}).encode(), [], True, []
    yield "awslogs_bad_base64.json", dumps({"awslogs": {"data": "H4sI####"}}).encode(), [], True, []
    yield "awslogs_is_number.json", dumps({"awslogs": {"data": 17}}).encode(), [], True, []
    yield "awslogs_bomb.json", awslogs(gz(b" " * (48 * MB) + cwl(1), 9)).encode(), [], True, []
    yield "awslogs_in_lines.jsonl", lines(awslogs(gz(cwl(1), 6)), awslogs(cut), awslogs(gz(cwl(3), 6))), \
        [ident(1), ident(3)], True, []
    yield "cwl_message_is_null.json", dumps({"messageType": "DATA_MESSAGE", "owner": "1", "logEvents": [
        {"id": "1", "timestamp": 1, "message": one}, {"id": "2", "timestamp": 1, "message": None}, 17,
        {"id": "3", "timestamp": 1, "message": "not JSON"}, {"id": "4", "timestamp": 1, "message": two}]}).encode(), \
        good, True, []
    yield "cwl_events_object.json", dumps({"messageType": "DATA_MESSAGE", "logEvents": {"message": one}}).encode(), [], True, []
    yield "cwl_message_is_object.json", dumps({"messageType": "DATA_MESSAGE", "logEvents": [
        {"id": "1", "message": event(1)}, {"id": "2", "message": event(2)}]}).encode(), good, False, []
    yield "export_bad_line.log.gz", gz(lines("2026-09-07T02:03:04.000Z " + one, "2026-09-07T02:03:04.000Z START of it",
                                             "2026-09-07T02:03:04.000Z " + two), 6), good, True, []
    yield "firehose_bad_data.json", firehose(one.encode() + b"\n" + two.encode() + b"\n", b"\xff\xfe", gz(cwl(3), 6)).encode(), \
        all_three, True, []
    yield "firehose_data_missing.json", dumps({"requestId": "r", "timestamp": 1, "records": [
        {"data": B64(one.encode())}, {}, {"data": None}, {"data": B64(two.encode())}]}).encode(), good, True, []
    yield "firehose_in_sqs.json", sqs(firehose(gz(cwl(1), 6)), "{", firehose(two.encode())).encode(), good, True, []
    yield "firehose_no_separator.json", firehose(one.encode() + two.encode()).encode(), [], None, good
    yield "eventbridge_list.json", ("[" + bridged(1) + "," + bridged(2) + "]").encode(), good, False, []
    yield "eventbridge_list_pretty.json", json.dumps([eventbridge_event(event(n)) for n in (1, 2)],
                                                     indent=2).encode(), good, False, []
    yield "eventbridge_in_records.json", wrap(bridged(1), bridged(2)), good, False, []
    yield "eventbridge_no_detail_in_list.json", ("[" + bridged(1) + ',{"detail-type":"x","source":"aws.sso"},' + bridged(2) +
                                                 "]").encode(), good, True, []
    yield "eventbridge_in_sns_in_sqs.json", sqs(sns(bridged(1)), sns("text"), bridged(2)).encode(), good, True, []
    yield "cwl_list.json", ("[" + cwl(1).decode() + "," + cwl(2).decode() + "]").encode(), good, False, []
    yield "awslogs_list.json", ("[" + awslogs(gz(cwl(1), 6)) + "," + awslogs(gz(cwl(2), 6)) + "]").encode(), good, False, []
    yield "sns_list.json", ("[" + sns(one) + "," + sns(two) + "]").encode(), good, False, []
    yield "log_files_list.json", ("[" + wrap(one).decode() + "," + wrap(two).decode() + "]").encode(), good, False, []
    yield "log_file_in_records.json", wrap(wrap(one).decode(), two), [ident(2)], None, [ident(1)]
    yield "sqs_list.json", ("[" + dumps(sqs_element(one)) + "," + dumps(sqs_element(two)) + "]").encode(), good, False, []
    yield "sqs_first_then_record.json", wrap(dumps(sqs_element(one)), two), good, False, []
    yield "record_first_then_sqs.json", wrap(ordinary(5), dumps(sqs_element(one)), two), [ident(2)], True, []
    yield "record_first_then_sqs_alone.json", wrap(ordinary(5), dumps(sqs_element(one))), [], True, []
    yield "record_first_then_kinesis.json", wrap(ordinary(5), dumps(json.loads(kinesis(gz(cwl(1), 6)))["Records"][0])), \
        [], True, []
    yield "record_first_then_sns.json", wrap(ordinary(5), dumps(json.loads(lambda_sns(one))["Records"][0])), \
        [], True, []
    yield "sqs_large.json", wrap(*[dumps(sqs_element(ordinary(10_000 + i, userAgent=PAD))) for i in range(2500)],
                                 dumps(sqs_element(one)), dumps(sqs_element(two))), good, False, []
    yield "sqs_body_not_string.json", dumps({"Records": [sqs_element(one), sqs_element(None), sqs_element({"a": 1}),
                                                         sqs_element(two)]}).encode(), good, True, []
    yield "sns_lambda_bad_message.json", lambda_sns(one, "{\"eventName\":", two).encode(), good, True, []
    yield "sns_deep.json", nested(12, one).encode(), [], True, []
    yield "sns_four.json", nested(4, one).encode(), [ident(1)], False, []
    yield "sns_s3_and_record.jsonl", lines(sns(dumps({"s3Bucket": "b", "s3ObjectKey": ["k", 17]})), one), [ident(1)], True, []
    yield "version_and_awslogs.jsonl", lines('{"eventVersion":"1.11",' + awslogs(gz(cwl(1), 6))[1:], two), \
        [ident(2)], True, []
    yield "version_and_records.jsonl", lines('{"eventVersion":"1.11",' + sqs(one)[1:], two), [ident(2)], None, [ident(1)]
    yield "lookup_broken_event.json", dumps({"Events": [{"EventId": "a", "CloudTrailEvent": one}, {"EventId": "b"}, 17,
                                                        {"EventId": "c", "CloudTrailEvent": two[:-9]},
                                                        {"EventId": "d", "CloudTrailEvent": two}]}).encode(), good, True, []
    yield "lookup_pretty.json", json.dumps({"NextToken": "t", "Events": [{"CloudTrailEvent": one}, {"CloudTrailEvent": two}]},
                                           indent=4).encode(), good, False, []
    yield "digest.json", dumps({"awsAccountId": "111122223333", "digestStartTime": "2026-09-07T01:00:00Z",
                                "digestS3Object": "k", "digestPublicKeyFingerprint": "f", "logFiles": []}).encode(), [], False, []
    yield "digest_then_record.jsonl", lines(dumps({"digestS3Object": "k", "digestPublicKeyFingerprint": "f", "logFiles": []}),
                                            one), [ident(1)], False, []
    yield "insight_among_records.json", wrap(one, dumps({"eventVersion": "1.09", "eventTime": "2026-09-07T02:03:04Z",
                                                         "eventType": "AwsCloudTrailInsight", "eventID": "i",
                                                         "insightDetails": {"state": "Start"}}), two), good, False, []
    yield "strings_in_records.json", wrap(dumps(one), two), [ident(2)], True, []
    yield "list_in_list.json", ("[[" + one + "]," + two + "]").encode(), [ident(2)], True, []


def lists():
    one, two, three = text(1), text(2), text(3)
    good, all_three = [ident(1), ident(2)], [ident(1), ident(2), ident(3)]
    records = lambda *parts: '"Records":[' + ",".join(parts) + "]"
    obj = lambda *members: ("{" + ",".join(members) + "}").encode()
    yield "records_twice.json", obj(records(one), records(two)), [], None, good
    yield "records_thrice.json", obj(records(one), records(two), records(three)), [], None, all_three
    yield "records_twice_first_empty.json", obj(records(), records(one, two)), good, None, []
    yield "records_then_null.json", obj(records(one), '"Records":null'), [], None, [ident(1)]
    yield "records_then_object.json", obj(records(one), '"Records":{"a":' + two + "}"), [], True, []
    yield "records_null_first.json", obj('"Records":null', records(one)), [], None, [ident(1)]
    yield "records_escaped_key.json", obj('"\\u0052ecords":[' + one + "]"), [ident(1)], None, []
    yield "records_and_escaped_records.json", obj(records(one), '"\\u0052ecords":[' + two + "]"), [], None, good
    yield "records_last.json", obj('"version":1,"source":{"Records":17}', records(one, two)), good, False, []
    yield "records_last_far.json", obj('"comment":"' + "c" * 300_000 + '"', records(one, two)), good, False, []
    yield "records_last_farther.json.gz", gz(obj('"comment":"' + "c" * (6 * MB) + '"', records(one, two)), 6), [], None, good
    yield "records_then_long_member.json", obj(records(one, two), '"comment":"' + "c" * 200_000 + '"'), good, None, []
    yield "records_large_then_second.json", obj(records(one, *bulk(1800)), records(two)), [], None, good
    yield "records_is_string.json", obj('"Records":' + dumps("[" + one + "]")), [], True, []
    yield "record_in_record.json", wrap(one[:-1] + ',"Records":[' + two + "]}", three), [ident(1), ident(3)], None, []
    yield "pretty_crlf.json", json.dumps({"meta": {"a": [1, {"b": 2}]}, "Records": [event(1), event(2)]},
                                         indent=2).replace("\n", "\r\n").encode(), good, False, []
    yield "pretty_tabs.json.gz", gz(json.dumps({"Records": [event(1), event(2)]}, indent="\t",
                                               separators=(" , ", " : ")).encode(), 6), good, False, []
    yield "keys_reversed.json", wrap(*[dumps(dict(reversed(list(event(n).items())))) for n in (1, 2)]), good, False, []
    yield "commas_doubled.json", b'{"Records":[' + one.encode() + b",," + two.encode() + b"]}", [], True, []
    yield "comma_first.json", b'{"Records":[,' + one.encode() + b"," + two.encode() + b"]}", [], True, []
    yield "comma_last.json", b'{"Records":[' + one.encode() + b"," + two.encode() + b",]}", [], True, []
    yield "bracket_too_many.json", wrap(one, two[:-1] + "]}", three), [ident(1)], True, []
    yield "brace_too_many.json", wrap(one, two + "}", three), [ident(1)], True, []
    yield "brace_missing.json", wrap(one, two[:-1], three), [ident(1)], True, []
    yield "string_not_closed.json", wrap(one, two.replace('"Mozilla/5.0"', '"Mozilla/5.0'), three), [ident(1), ident(3)], True, []
    pretty = json.dumps({"Records": [event(1), event(2), event(3)]}, indent=2)
    second = pretty.index(ident(2))
    for label, old, new in (("brace_missing", "}", ""), ("quote_missing", '",', ",")):
        yield f"pretty_{label}.json", (pretty[:second] + pretty[second:].replace(old, new, 1)).encode(), \
            [ident(1), ident(3)], True, []
    yield "nul_between.json", wrap(one + "\0", two), [], True, []
    yield "form_feed_between.json", wrap(one + "\f", two), [], True, []
    yield "nbsp_between.json", wrap(one + "\u00a0", two), [], True, []
    yield "comment_between.json", wrap(one + "/* x */", two), [], True, []
    yield "element_true.json", wrap(one, "true", '"x"', "[]", "{}", two), good, True, []
    yield "imitation.json", wrap(ordinary(5, requestParameters={"x": event(7)}), one), [ident(1)], False, []
    yield "imitation_in_string.json", wrap(ordinary(5, userAgent="},{" + text(7)), one), [ident(1)], False, []
    yield "imitations_far.json", wrap(ordinary(5, requestParameters={"x": [event(7, userAgent=PAD) for _ in range(400)]}),
                                      *bulk(200), one), [ident(1)], False, []
    yield "array_cut.json", ("[" + one + "," + two).encode(), good, True, []
    yield "array_text_behind.json", ("[" + one + "," + two + "] and so on").encode(), good, True, []
    yield "array_then_array.json", ("[" + one + "][" + two + "]").encode(), [ident(1)], None, [ident(2)]
    yield "array_lines.jsonl", ("[" + one + "]\n[" + two + "]\n").encode(), [ident(1)], None, [ident(2)]
    yield "array_of_nothing.json", b"[]", [], None, []
    yield "large_cut.json", wrap(one, *bulk(1800), two)[:-2], good, True, []
    yield "large_damage_in_the_middle.json", wrap(one, *bulk(900), '{"eventVersion":', *bulk(900), two), \
        [ident(1), ident(2)], True, []
    yield "large_text_behind.json.gz", gz(wrap(one, *bulk(6000), two) + b"{", 6), good, True, []


def documents():
    one, two, three = text(1), text(2), text(3)
    good, all_three = [ident(1), ident(2)], [ident(1), ident(2), ident(3)]
    both = wrap(one, two)
    lines = lambda *parts: ("\n".join(parts) + "\n").encode()
    broken = ('{"eventVersion":"1.11","a', "]", "}", "17", "null", "nonsense", '"text"', one[:-1], one.replace('"Mozilla', '"Moz"illa'))
    for n, bad in enumerate(broken):
        yield f"broken_line_{n}.jsonl", lines(one, bad, two), good, True, []
    yield "broken_first_line.jsonl", lines("{\"a\":", one, two), good, True, []
    yield "ten_broken_first.jsonl", lines(*["{\"a\":"] * 10, one, two), [], True, []
    yield "blank_start.jsonl", b"\n" * 300_000 + lines(one, two), good, False, []
    yield "spaces_start.json", b" " * 300_000 + both, good, False, []
    yield "line_not_ended.jsonl", lines(one, two) + b"x" * (5 * MB), good, True, []
    yield "line_huge_first.jsonl", b'{"x":"' + b"x" * (5 * MB) + b'"}\n' + lines(one, two), [], True, []
    yield "line_huge.jsonl.gz", gz(lines(one, '{"x":"' + "x" * (12 * MB) + '"}', two), 6), good, True, []
    yield "lines_cr.jsonl", (one + "\r" + two + "\r").encode(), [], None, good
    yield "lines_bom_each.jsonl", b"\xef\xbb\xbf" + one.encode() + b"\n\xef\xbb\xbf" + two.encode(), [ident(1)], None, [ident(2)]
    yield "lines_nul.jsonl", (one + "\n\0\n" + two + "\n").encode(), good, True, []
    yield "raw_newline_in_string.jsonl", lines(one, two.replace("Mozilla/5.0", "Moz\nilla"), three), [ident(1), ident(3)], True, []
    yield "files_in_lines.jsonl", lines(both.decode(), wrap(three).decode()[:-9], wrap(text(4)).decode()), \
        good + [ident(4)], True, []
    yield "records_and_events_in_lines.jsonl", lines(one, bridged(2), awslogs(gz(cwl(3), 6))), all_three, False, []
    yield "documents_joined.json", both + both.replace(ident(1).encode(), ident(3).encode()), [], None, all_three
    yield "file_then_lines.json", both + b"\n" + three.encode() + b"\n", [], None, all_three
    yield "file_then_pretty_file.json", both + b"\n" + json.dumps({"Records": [event(3)]}, indent=1).encode(), [], None, all_three
    yield "pretty_documents.json", (json.dumps(event(1), indent=1) + json.dumps(event(2), indent=1)).encode(), good, False, []
    yield "pretty_documents_broken.json", (json.dumps(event(1), indent=1) + "\n" + json.dumps(event(2), indent=1)[:-40] +
                                           "\n" + json.dumps(event(3), indent=1)).encode(), [ident(1), ident(3)], True, []
    yield "top_null.json", b"null", [], True, []
    yield "top_string.json", dumps(one).encode(), [], True, []
    yield "top_number.json", b"17", [], True, []
    yield "bom_only.json", b"\xef\xbb\xbf", [], None, []
    yield "bom_twice.json", b"\xef\xbb\xbf\xef\xbb\xbf" + both, [], True, []
    yield "bom_lines.jsonl.gz", gz(b"\xef\xbb\xbf" + lines(one, two), 6), good, False, []
    yield "utf16le_no_bom.json", both.decode().encode("utf-16-le"), [], True, []
    yield "utf16be.json.gz", gz(b"\xfe\xff" + both.decode().encode("utf-16-be"), 6), [], True, []
    yield "utf32.json", both.decode().encode("utf-32"), [], True, []
    yield "nul_first.json", b"\0" + both, [], True, []
    yield "text_first.json", b"Content-Type: application/json\r\n\r\n" + both, [], True, []
    yield "zstd.json", b"\x28\xb5\x2f\xfd" + bytes(64), [], True, []
    yield "zip.json", b"PK\x03\x04" + bytes(64), [], True, []


def records():
    one, two = text(1), text(2)
    good = [ident(1), ident(2)]
    raw = lambda n, old, new: text(n).replace(old, new)
    name = '"eventName":"Federate"'
    for n, (label, new) in enumerate((
            ("surrogate", '"userAgent":"\\ud800"'), ("surrogates_swapped", '"userAgent":"\\udc00\\ud800"'),
            ("nul_escaped", '"userAgent":"a\\u0000b"'), ("control", '"userAgent":"a\x01b"'), ("nul", '"userAgent":"a\0b"'),
            ("tab", '"userAgent":"a\tb"'), ("bad_escape", '"userAgent":"\\x41"'), ("short_escape", '"userAgent":"\\u12"'),
            ("leading_zero", '"userAgent":01'), ("nan", '"userAgent":NaN'), ("huge_number", '"userAgent":1e400'),
            ("plus", '"userAgent":+1'), ("hex", '"userAgent":0x10'), ("single_quotes", "'userAgent':'x'"),
            ("comma_last", '"userAgent":"x",'), ("no_value", '"userAgent":'), ("no_colon", '"userAgent" "x"'),
            ("key_twice", '"userAgent":"x","userAgent":"y"'), ("key_empty", '"":"x"'), ("key_long", '"' + "k" * MB + '":"x"'),
            ("deep_300", '"x":' + "[" * 300 + "]" * 300), ("deep_200", '"x":' + "[" * 200 + "]" * 200),
            ("values", '"x":[' + "1," * 70_000 + "1]"), ("literal", '"x":nul'), ("comment", '"x":1 // no'))):
        yield f"record_{label}.json", wrap(one, raw(3, '"userAgent":"Mozilla/5.0"', new), two), good, None, [ident(3)]
        yield f"line_{label}.jsonl", (one + "\n" + raw(3, '"userAgent":"Mozilla/5.0"', new) + "\n" + two + "\n").encode(), \
            good, None, [ident(3)]
    other = '"eventName":"ListApplications"'
    for copies in (2, 4, 5, 9, 40):
        yield f"name_{copies}_times.json", wrap(one, raw(3, name, ",".join([name] + [other] * (copies - 1))), two), good, \
            None, [ident(3)]
        yield f"name_{copies}_times_middle.json", wrap(one, raw(3, name, ",".join(
            [other] * (copies - 1) + [name] + [other])), two), good, None, [ident(3)]
    yield "name_twice_escaped.json", wrap(one, raw(3, name, name + ',"event\\u004eame":"ListApplications"'), two), good, None, [ident(3)]
    yield "name_and_source_twice.json", wrap(one, raw(3, name, name + ',"eventSource":"ec2.amazonaws.com",' + other), two), \
        good, None, [ident(3)]
    yield "details_twice.json", wrap(one, text(3)[:-1] + ',"serviceEventDetails":{"role_name":"ReadOnly","account_id":"444455556666"}}',
                                     two), good, None, [ident(3)]
    yield "name_spaced.json", wrap(one, raw(3, name, '"eventName" \r\n\t:\n "Federate"'), two), good + [ident(3)], False, []
    yield "name_escaped.json", wrap(one, raw(3, name, '"eventName":"\\u0046ederat\\u0065"'), two), good + [ident(3)], False, []
    yield "name_bad_utf8.json", wrap(one, two).replace(b'"Federate"', b'"Fed\xffrate"', 1), [ident(2)], None, []
    yield "overlong.json", wrap(one, text(3), two).replace(b"Mozilla/5.0", b"\xc0\xaf", 2), [ident(2)], True, []
    yield "cut_utf8.json", wrap(one, two).replace(b"Mozilla/5.0", b"x\xe2\x82", 1), [ident(2)], True, []
    for label, size in (("below", 2 * MB - 2000), ("above", 2 * MB + 2000)):
        big = text(3, userAgent="x" * size)
        told, found = (False, good + [ident(3)]) if label == "below" else (True, good)
        yield f"two_mib_{label}.json", wrap(one, big, two), found, told, []
        yield f"two_mib_{label}.json.gz", gz(wrap(one, big, two), 6), found, told, []
        yield f"two_mib_{label}_far.json.gz", gz(wrap(one, *bulk(5000), big, two), 6), found, told, []
        yield f"two_mib_{label}.jsonl", (one + "\n" + big + "\n" + two).encode(), found, told, []
        yield f"two_mib_{label}_array.json", ("[" + one + "," + big + "," + two + "]").encode(), found, told, []
        yield f"two_mib_{label}_eventbridge.jsonl", (bridged(1) + "\n" + dumps(eventbridge_event(event(3, userAgent="x" * size))) +
                                                     "\n" + two).encode(), found, told, []
    for key in ("eventID", "eventTime", "recipientAccountId", "awsRegion", "eventSource", "eventVersion"):
        for label, value in (("missing", ...), ("null", None), ("number", 17), ("list", []), ("long", "9" * MB)):
            record = event(3, **{key: value})
            if value is ...:
                del record[key]
            yield f"{key}_{label}.json", wrap(one, dumps(record), two), good, None, []


def members():
    one, two, three = text(1), text(2), text(3)
    good = [ident(1), ident(2)]
    plain = wrap(one, two)
    packed = gz(plain, 6)
    head, tail = plain[:len(plain) // 2], plain[len(plain) // 2:]
    yield "member_cut_then_member.json.gz", gz(head, 6)[:-6] + gz(tail, 6), [], True, []
    yield "members_garbage_between.json.gz", gz(head, 6) + b"garbage" + gz(tail, 6), [], True, []
    yield "members_zeros_between.json.gz", gz(head, 6) + bytes(100) + gz(tail, 6), [], None, good
    yield "members_empty_between.json.gz", gz(head, 6) + gz(b"", 6) * 3 + gz(tail, 6), good, False, []
    yield "member_header_cut.json.gz", packed + b"\x1f\x8b\x08\x00", good, True, []
    yield "member_second_bad_crc.jsonl.gz", gz(one.encode() + b"\n", 6) + gz(two.encode() + b"\n", 6)[:-8] + bytes(8), \
        [ident(1)], True, []
    yield "member_second_flipped.jsonl.gz", gz(one.encode() + b"\n", 6) + bytes(
        b ^ (0x55 if i == 60 else 0) for i, b in enumerate(gz(two.encode() + b"\n", 6))), [ident(1)], True, []
    yield "members_files.json.gz", gz(plain, 6) + gz(wrap(three), 6), [], None, good + [ident(3)]
    yield "members_file_then_garbage.json.gz", gz(plain, 6) + gz(b"garbage", 6), good, True, []
    yield "member_name_not_ended.json.gz", b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + b"n" * 100, [], True, []
    yield "member_extra_cut.json.gz", b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\xff\xff" + b"n" * 100, [], True, []
    yield "gzip_magic_only.gz", b"\x1f\x8b", [], True, []
    yield "gzip_stored.json.gz", gz(plain, 0), good, False, []
    yield "gzip_empty.json.gz", gz(b"", 6), [], None, []
    yield "gzip_spaces.json.gz", gz(b" \n" * 100, 6), [], None, []
    yield "gzip_large_cut.json.gz", gz(wrap(one, *bulk(6000), two), 1)[:-200], [ident(1)], True, []
    yield "gzip_large_flipped.json.gz", bytes(b ^ (1 if i == 50_000 else 0) for i, b in enumerate(gz(wrap(one, *bulk(6000), two), 1))), \
        [], True, []


def floods():
    """Few bytes of input that come to much: what is found must not be held as a whole."""
    joined = lambda parts: gz(b'{"Records":[', 6) + gz(b",", 6).join(gz(part.encode(), 6) for part in parts) + gz(b"]}", 6)
    numbers = range(100, 160)
    found = [ident(n) for n in numbers]
    agent, role = "u" * MB, {"role_name": "BreakGlass" + "r" * MB, "account_id": "444455556666"}
    yield "flood_user_agent.json.gz", joined(text(n, userAgent=agent) for n in numbers), found, False, []
    yield "flood_role.json.gz", joined(text(n, serviceEventDetails=role) for n in numbers), found, False, []
    yield "flood_no_id.json.gz", joined(text(n, userAgent=agent, eventID=None, requestID=str(n)) for n in numbers), [], False, []
    nobody = {"type": "IdentityCenterUser", "accountId": "111122223333", "credentialId": "c"}  # whose name may be learnt
    yield "flood_nobody.json.gz", joined(text(n, userIdentity=nobody, userAgent=agent) for n in numbers), found, False, []
    short = '{"eventVersion":"1","eventSource":"sso.amazonaws.com","eventName":"Federate","eventID":"%s",' \
        '"serviceEventDetails":{"role_name":"BreakGlass","account_id":"444455556666"}}'
    yield "flood_short.json.gz", gz(wrap(*[short % ident(n) for n in range(30_000)]), 6), [ident(29_999)], False, []


def entries():
    for group in (envelopes, lists, documents, records, members, floods):
        yield from group()
