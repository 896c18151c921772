"""The two filter languages of AWS, as far as deploy/patterns uses them. What is not known here is an error, not a miss.

CloudWatch Logs: JSON patterns ("Filter pattern syntax"). EventBridge: "Comparison operators for use in event patterns".
"""
import re

TOKEN = re.compile(r"""\s*(?:(?P<op>\|\||&&|!=|=|\(|\)|\{|\})|(?P<field>\$[.\w*]+)|(?P<text>"[^"]*")|(?P<regex>%[^%]+%)
                       |(?P<word>IS\ FALSE|IS\ TRUE|NOT\ EXISTS)|(?P<bare>\w+))""", re.X)


class Filter:
    """A CloudWatch Logs pattern: `tree(record)` says whether it matches; `regexes` counts what AWS allows two of.

    Whether `!=` holds where the field is missing is not documented; `missing_differs` chooses.
    """

    def __init__(self, text, missing_differs=False):
        self.missing_differs, self.tokens, at = missing_differs, [], 0
        text = text.strip()
        while at < len(text):
            m = TOKEN.match(text, at)
            if not m:
                raise ValueError(f"not understood: {text[at:at + 40]}")
            self.tokens.append((m.lastgroup, m[m.lastgroup]))
            at = m.end()
        self.regexes = sum(kind == "regex" for kind, _ in self.tokens)
        self.expect("{")
        self.tree = self.either()
        self.expect("}")
        if self.tokens:
            raise ValueError(f"more than one pattern: {self.tokens[:3]}")

    def peek(self):
        return self.tokens[0][1] if self.tokens else None

    def expect(self, what):
        if self.peek() != what:
            raise ValueError(f"{what} is missing before {self.tokens[:3]}")
        self.tokens.pop(0)

    def either(self):
        parts = [self.both()]
        while self.peek() == "||":
            self.tokens.pop(0)
            parts.append(self.both())
        return lambda record: any(p(record) for p in parts)

    def both(self):
        parts = [self.condition()]
        while self.peek() == "&&":
            self.tokens.pop(0)
            parts.append(self.condition())
        return lambda record: all(p(record) for p in parts)

    def condition(self):
        if self.peek() == "(":
            self.tokens.pop(0)
            inner = self.either()
            self.expect(")")
            return inner
        (kind, field), (_, op) = self.tokens.pop(0), self.tokens.pop(0)
        if kind != "field":
            raise ValueError(f"a field is missing: {field}")
        path = field.split(".")[1:]
        if op in ("IS FALSE", "IS TRUE"):
            return lambda record: any(v is (op == "IS TRUE") for v in values(record, path))
        if op == "NOT EXISTS":
            return lambda record: not list(values(record, path))
        kind, value = self.tokens.pop(0)
        if kind == "regex":
            found = re.compile(value[1:-1], re.A).search
        elif kind == "bare":
            found = re.compile(re.escape(value)).fullmatch
        elif kind == "text":
            found = re.compile(".*".join(map(re.escape, value[1:-1].split("*"))), re.S).fullmatch
        else:
            raise ValueError(f"a value is missing: {value}")
        same = lambda record: any(isinstance(v, str) and found(v) for v in values(record, path))
        if op == "!=":
            missing = self.missing_differs
            return lambda record: not same(record) if any(True for _ in values(record, path)) else missing
        if op != "=":
            raise ValueError(f"not an operator: {op}")
        return same


def values(record, path):
    """The value that a selector names; `*` stands for every member of an object."""
    if not path:
        yield record
    elif isinstance(record, dict):
        for name in record if path[0] == "*" else [path[0]]:
            if name in record:
                yield from values(record[name], path[1:])


def matches(pattern, event):
    """An EventBridge pattern over an event."""
    for name, wanted in pattern.items():
        if name == "$or":
            if not any(matches(p, event) for p in wanted):
                return False
        elif isinstance(wanted, dict):
            if not isinstance(event.get(name), dict) or not matches(wanted, event[name]):
                return False
        elif not any(holds(leaf, event, name) for leaf in wanted):
            return False
    return True


def holds(leaf, event, name):
    if isinstance(leaf, dict) and "exists" in leaf:
        return (name in event) == leaf["exists"]
    if name not in event:
        return False
    found = event[name]
    if isinstance(found, list):
        return any(holds(leaf, {name: v}, name) for v in found)
    if not isinstance(leaf, dict):
        return found == leaf
    (operator, value), = leaf.items()
    if operator == "anything-but":
        if isinstance(value, dict):
            return isinstance(found, str) and not holds(value, event, name)
        return found not in (value if isinstance(value, list) else [value])
    if operator not in ("prefix", "suffix", "wildcard"):
        raise ValueError(f"not an operator: {operator}")
    for one in value if isinstance(value, list) else [value]:  # lists: below anything-but
        text = found
        if not isinstance(text, str):
            continue
        if isinstance(one, dict):
            one, text = one["equals-ignore-case"].lower(), text.lower()
        if operator == "wildcard":
            if re.fullmatch(".*".join(map(re.escape, one.split("*"))), text, re.S):
                return True
        elif text.startswith(one) if operator == "prefix" else text.endswith(one):
            return True
    return False
