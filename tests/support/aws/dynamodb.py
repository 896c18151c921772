"""A subset of DynamoDB in memory: tables with one index or more, conditional writes, transactions, queries in pages.

    DynamoDb().call("PutItem", {"TableName": …}) -> (status, answer)

Sizes are those of the service: 400 KB an item, 1 MB a page, 100 items and 4 MB a transaction, 16 MB a batch of reads. Items are
DynamoDB JSON. Throttling and the like are the server's to inject. `index_delay` is how many later writes an index lags behind.
Run with --serve it prints {"url": …} and answers HTTP until its standard input ends; it looks at no signature.
"""
import copy
import http.server
import json
import os
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from aws.expressions import Invalid, Parser, order  # noqa: E402

MAX_ITEM = 400 * 1024
MAX_PAGE = 1024 * 1024


class Refused(Exception):
    def __init__(self, name, message, **more):
        super().__init__(message)
        self.answer = {"__type": "com.amazonaws.dynamodb.v20120810#" + name, "message": message, **more}


def size_of(value):
    """"DynamoDB Item sizes and formats"."""
    kind, content = next(iter(value.items()))
    if kind == "S":
        return len(content.encode())
    if kind == "B":
        return len(content) * 3 // 4 - content[-2:].count("=")
    if kind == "N":
        return min(21, (len(content.lstrip("-")) + 1) // 2 + 1)
    if kind == "L":
        return 3 + sum(size_of(v) + 1 for v in content)
    if kind == "M":
        return 3 + sum(len(k.encode()) + size_of(v) + 1 for k, v in content.items())
    return sum(len(v.encode()) for v in content) if isinstance(content, list) else 1


def item_size(item):
    return sum(len(name.encode()) + size_of(value) for name, value in item.items())


class Table:
    def __init__(self, request):
        self.name = request["TableName"]
        self.request = request
        self.keys = [k["AttributeName"] for k in sorted(request["KeySchema"], key=lambda k: k["KeyType"])]
        self.indexes = {i["IndexName"]: [k["AttributeName"] for k in sorted(i["KeySchema"], key=lambda k: k["KeyType"])]
                        for i in request.get("GlobalSecondaryIndexes", [])}
        self.items = {}
        self.history = []  # of (key, item or None): what indexes have yet to see
        self.seen = {}     # the items as indexes see them

    def key(self, item):
        for name in self.keys:
            value = item.get(name)
            if not isinstance(value, dict) or next(iter(value.values()), "") == "":
                raise Refused("ValidationException", "The provided key element does not match the schema")
        sizes = [size_of(item[name]) for name in self.keys]
        if sizes[0] > 2048 or (len(sizes) > 1 and sizes[1] > 1024):
            raise Refused("ValidationException", "Size of a key exceeds its limit")
        return tuple(json.dumps(item[name]) for name in self.keys)

    def write(self, key, item):
        if item is None:
            self.items.pop(key, None)
        else:
            self.items[key] = item
        self.history.append((key, item))

    def view(self, delay):
        while len(self.history) > delay:
            key, item = self.history.pop(0)
            if item is None:
                self.seen.pop(key, None)
            else:
                self.seen[key] = item
        return self.seen

    def check(self, item):
        if item_size(item) > MAX_ITEM:
            raise Refused("ValidationException", "Item size has exceeded the maximum allowed size")
        for names in self.indexes.values():
            for name in names:
                if name in item and ("S" not in item[name] or not item[name]["S"]):
                    raise Refused("ValidationException", "One or more parameter values are not valid for an index key")


class DynamoDb:
    def __init__(self, index_delay=0):
        self.tables = {}
        self.index_delay = index_delay
        self.tokens = {}
        self.calls = []  # the names of all operations
        self.lock = threading.RLock()

    def call(self, operation, request):
        with self.lock:
            self.calls.append(operation)
            method = getattr(self, "op_" + operation, None)
            if method is None:
                return 400, {"__type": "com.amazon.coral.service#UnknownOperationException"}
            try:
                return 200, method(copy.deepcopy(request))
            except Refused as refused:
                return 400, refused.answer
            except Invalid as invalid:
                return 400, Refused("ValidationException", str(invalid)).answer

    def table(self, request):
        found = self.tables.get(request.get("TableName"))
        if found is None:
            raise Refused("ResourceNotFoundException", "Requested resource not found")
        return found

    @staticmethod
    def holds(request, item, field="ConditionExpression"):
        text = request.get(field)
        if not text:
            return True
        parser = Parser(text, request.get("ExpressionAttributeNames"), request.get("ExpressionAttributeValues"))
        condition = parser.condition()
        parser.done()
        return condition(item or {})

    # --- tables

    def op_CreateTable(self, request):
        if request["TableName"] in self.tables:
            raise Refused("ResourceInUseException", "Table already exists: " + request["TableName"])
        self.tables[request["TableName"]] = Table(request)
        return {"TableDescription": self.describe(self.tables[request["TableName"]])}

    def op_DescribeTable(self, request):
        return {"Table": self.describe(self.table(request))}

    def op_DeleteTable(self, request):
        self.table(request)
        return {"TableDescription": self.describe(self.tables.pop(request["TableName"]))}

    def op_UpdateTimeToLive(self, request):
        self.table(request)
        return {"TimeToLiveSpecification": request["TimeToLiveSpecification"]}

    @staticmethod
    def describe(table):
        return {"TableName": table.name, "TableStatus": "ACTIVE", "KeySchema": table.request["KeySchema"],
                "ItemCount": len(table.items), "GlobalSecondaryIndexes": [
                    {**i, "IndexStatus": "ACTIVE"} for i in table.request.get("GlobalSecondaryIndexes", [])]}

    # --- items

    def op_GetItem(self, request):
        table = self.table(request)
        item = table.items.get(table.key(request["Key"]))
        return {"Item": copy.deepcopy(item)} if item else {}

    def change(self, request, make):
        """One conditional write."""
        table = self.table(request)
        key = table.key(request.get("Item") or request["Key"])
        old = table.items.get(key)
        if not self.holds(request, old):
            more = {"Item": old} if old and request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" else {}
            raise Refused("ConditionalCheckFailedException", "The conditional request failed", **more)
        new = make(table, old)
        if new is not None:
            table.check(new)
        table.write(key, new)
        wanted = request.get("ReturnValues", "NONE")
        shown = old if wanted == "ALL_OLD" else new if wanted == "ALL_NEW" else None
        return {"Attributes": copy.deepcopy(shown)} if shown else {}

    def op_PutItem(self, request):
        return self.change(request, lambda table, old: request["Item"])

    def op_DeleteItem(self, request):
        return self.change(request, lambda table, old: None)

    def op_UpdateItem(self, request):
        def make(table, old):
            item = copy.deepcopy(old) if old else dict(request["Key"])
            if request.get("UpdateExpression"):
                Parser(request["UpdateExpression"], request.get("ExpressionAttributeNames"),
                       request.get("ExpressionAttributeValues")).update()(item)
            if any(item.get(name) != request["Key"][name] for name in table.keys):
                raise Refused("ValidationException", "Cannot update attribute that is part of the key")
            return item
        return self.change(request, make)

    def op_BatchGetItem(self, request):
        answers, size, left, count = {}, 0, {}, 0
        for name, part in request["RequestItems"].items():
            table = self.table({"TableName": name})
            answers[name] = []
            keys = [table.key(k) for k in part["Keys"]]
            count += len(keys)
            if len(set(keys)) != len(keys):
                raise Refused("ValidationException", "Provided list of item keys contains duplicates")
            for key, asked in zip(keys, part["Keys"]):
                item = table.items.get(key)
                if item is None:
                    continue
                size += item_size(item)
                if size > 16 * MAX_PAGE:
                    left.setdefault(name, {**part, "Keys": []})["Keys"].append(asked)
                else:
                    answers[name].append(copy.deepcopy(item))
        if not 1 <= count <= 100:
            raise Refused("ValidationException", "Too many items requested for the BatchGetItem call")
        return {"Responses": answers, "UnprocessedKeys": left}

    def op_BatchWriteItem(self, request):
        requests = [(name, one) for name, part in request["RequestItems"].items() for one in part]
        if not 1 <= len(requests) <= 25:
            raise Refused("ValidationException", "Too many items requested for the BatchWriteItem call")
        for name, one in requests:
            table = self.table({"TableName": name})
            if "PutRequest" in one:
                table.check(one["PutRequest"]["Item"])
                table.write(table.key(one["PutRequest"]["Item"]), one["PutRequest"]["Item"])
            else:
                table.write(table.key(one["DeleteRequest"]["Key"]), None)
        return {"UnprocessedItems": {}}

    def op_TransactWriteItems(self, request):
        token = request.get("ClientRequestToken")
        if token and token in self.tokens:
            if self.tokens[token] != request:
                raise Refused("IdempotentParameterMismatchException", "The token was used with another request")
            return {}
        steps = request["TransactItems"]
        if not 1 <= len(steps) <= 100:
            raise Refused("ValidationException", "Member must have length between 1 and 100")
        touched, reasons, size = set(), [], 0
        for step in steps:
            (kind, one), = step.items()
            table = self.table(one)
            key = (table.name, table.key(one.get("Item") or one["Key"]))
            if key in touched:
                raise Refused("ValidationException", "Transaction request cannot include multiple operations on one item")
            touched.add(key)
            old = table.items.get(key[1])
            size += item_size(one.get("Item", {}))
            if "Item" in one:
                table.check(one["Item"])
            if self.holds(one, old):
                reasons.append({"Code": "None"})
                continue
            reason = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
            if old and one.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
                reason["Item"] = copy.deepcopy(old)
            reasons.append(reason)
        if size > 4 * MAX_PAGE:
            raise Refused("ValidationException", "Transaction is too large")
        if any(r["Code"] != "None" for r in reasons):
            raise Refused("TransactionCanceledException", "Transaction cancelled, please refer cancellation reasons",
                          CancellationReasons=reasons)
        for step in steps:
            (kind, one), = step.items()
            if kind != "ConditionCheck":
                getattr(self, "op_" + kind + "Item")({**one, "ConditionExpression": None})
        if token:
            self.tokens[token] = request
        return {}

    # --- lists

    def op_Query(self, request):
        table = self.table(request)
        index = request.get("IndexName")
        if index and index not in table.indexes:
            raise Refused("ValidationException", "The table does not have the specified index: " + index)
        if index and request.get("ConsistentRead"):
            raise Refused("ValidationException", "Consistent reads are not supported on global secondary indexes")
        names = table.indexes[index] if index else table.keys
        items = table.view(self.index_delay) if index else table.items
        wanted = [i for i in items.values()
                  if all(n in i for n in names) and self.holds(request, i, "KeyConditionExpression")]
        return self.pages(request, table, names, wanted)

    def op_Scan(self, request):
        table = self.table(request)
        return self.pages(request, table, table.keys, list(table.items.values()))

    def pages(self, request, table, names, items):
        def place(item):
            return [order(item[n]) for n in names] + [order(item[n]) for n in table.keys]
        items.sort(key=place, reverse=request.get("ScanIndexForward") is False)
        start = request.get("ExclusiveStartKey")
        if start:
            after = place(start)
            backwards = request.get("ScanIndexForward") is False
            items = [i for i in items if (place(i) < after if backwards else place(i) > after)]
        page, size, seen = [], 0, 0
        for item in items:
            if seen == request.get("Limit", -1) or (seen and size + item_size(item) > MAX_PAGE):
                break
            seen += 1
            size += item_size(item)
            if self.holds(request, item, "FilterExpression"):
                page.append(copy.deepcopy(item))
        answer = {"Items": page, "Count": len(page), "ScannedCount": seen}
        if seen < len(items) or (seen and seen == request.get("Limit", -1)):
            last = items[seen - 1]
            answer["LastEvaluatedKey"] = {n: last[n] for n in dict.fromkeys(names + table.keys)}
        return answer


def serve():
    database = DynamoDb()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            operation = self.headers.get("X-Amz-Target", ".").split(".")[1]
            status, answer = database.call(operation, json.loads(body))
            text = json.dumps(answer).encode()
            head = ("HTTP/1.1 %d X\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\n\r\n"
                    % (status, len(text)))
            self.wfile.write(head.encode() + text)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"url": "http://127.0.0.1:%d" % server.server_port}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    if sys.argv[1:] != ["--serve"]:
        sys.exit("usage: dynamodb.py --serve")
    serve()
