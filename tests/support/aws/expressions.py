"""DynamoDB's expressions: conditions (also of keys and filters) and updates. Values are DynamoDB JSON: {"S": "…"}.

Source: "Condition and filter expressions, operators, and functions in DynamoDB", "Using update expressions in DynamoDB".
"""
import decimal
import re

TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),+\-.]|[:#]?[A-Za-z0-9_]+|\[\d+\])")


class Invalid(Exception):
    """What the service calls a ValidationException."""


def number(value):
    return decimal.Decimal(value["N"])


def order(value):
    """A key to compare values of one type by."""
    kind, content = next(iter(value.items()))
    return decimal.Decimal(content) if kind == "N" else content.encode() if kind == "S" else content


class Parser:
    def __init__(self, text, names, values):
        self.tokens = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            found = TOKEN.match(text, at)
            if not found:
                raise Invalid("Syntax error in an expression near: " + text[at:at + 20])
            self.tokens.append(found.group(1))
            at = found.end()
        self.at = 0
        self.names, self.values = names or {}, values or {}
        self.used = set()

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def word(self):
        return self.peek().upper()

    def next(self):
        token = self.peek()
        self.at += 1
        return token

    def take(self, token):
        if self.word() != token:
            return False
        self.at += 1
        return True

    def expect(self, token):
        if not self.take(token):
            raise Invalid("Syntax error in an expression: %r instead of %r" % (self.peek(), token))

    def done(self):
        if self.peek():
            raise Invalid("Syntax error in an expression: %r" % self.peek())

    def path(self):
        """The name of an attribute; only top-level ones are known here."""
        token = self.next()
        if token.startswith("#"):
            if token not in self.names:
                raise Invalid("An expression attribute name used in the document path is not defined: " + token)
            self.used.add(token)
            return self.names[token]
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", token):
            raise Invalid("Syntax error in an expression: %r is no attribute" % token)
        return token

    def operand(self):
        """A function of the item → value or None."""
        token = self.peek()
        if token.startswith(":"):
            self.next()
            if token not in self.values:
                raise Invalid("An expression attribute value used in expression is not defined: " + token)
            self.used.add(token)
            value = self.values[token]
            return lambda item: value
        if token.lower() == "size" and self.tokens[self.at + 1:self.at + 2] == ["("]:
            self.next(), self.expect("(")
            name = self.path()
            self.expect(")")
            return lambda item: {"N": str(len(next(iter(item[name].values()))))} if name in item else None
        name = self.path()
        return lambda item: item.get(name)

    # --- conditions

    def condition(self):
        left = self.conjunction()
        while self.take("OR"):
            left = (lambda a, b: lambda item: a(item) or b(item))(left, self.conjunction())
        return left

    def conjunction(self):
        left = self.negation()
        while self.take("AND"):
            left = (lambda a, b: lambda item: a(item) and b(item))(left, self.negation())
        return left

    def negation(self):
        if self.take("NOT"):
            inner = self.negation()
            return lambda item: not inner(item)
        if self.take("("):
            inner = self.condition()
            self.expect(")")
            return inner
        word = self.peek().lower()
        if word in ("attribute_exists", "attribute_not_exists"):
            self.next(), self.expect("(")
            name = self.path()
            self.expect(")")
            return lambda item: (name in item) == (word == "attribute_exists")
        if word in ("begins_with", "contains"):
            self.next(), self.expect("(")
            name = self.path()
            self.expect(",")
            what = self.operand()
            self.expect(")")
            if word == "begins_with":
                return lambda item: item.get(name, {}).get("S", "\0").startswith(what(item)["S"])
            return lambda item: what(item)["S"] in next(iter(item.get(name, {"S": ""}).values()))
        return self.comparison()

    def comparison(self):
        left = self.operand()
        if self.take("BETWEEN"):
            low = self.operand()
            self.expect("AND")
            high = self.operand()
            return lambda item: (compare(left(item), low(item), ">=") and compare(left(item), high(item), "<="))
        if self.take("IN"):
            self.expect("(")
            options = [self.operand()]
            while self.take(","):
                options.append(self.operand())
            self.expect(")")
            return lambda item: any(compare(left(item), option(item), "=") for option in options)
        operator = self.next()
        if operator not in ("=", "<>", "<", "<=", ">", ">="):
            raise Invalid("Syntax error in an expression: %r is no comparator" % operator)
        right = self.operand()
        return lambda item: compare(left(item), right(item), operator)

    # --- updates

    def update(self):
        """A function that changes an item in place."""
        steps = []
        while self.peek():
            clause = self.next().upper()
            while True:
                steps.append(self.action(clause))
                if not self.take(","):
                    break

        def apply(item):
            before = dict(item)  # every action sees the item as it was
            for step in steps:
                step(before, item)
        return apply

    def action(self, clause):
        name = self.path()
        if clause == "REMOVE":
            return lambda before, item: item.pop(name, None)
        if clause == "ADD":
            what = self.operand()

            def add(before, item):
                if "N" not in what(before):
                    raise Invalid("ADD is known here for numbers only")
                item[name] = {"N": str(number(before.get(name, {"N": "0"})) + number(what(before)))}
            return add
        if clause != "SET":
            raise Invalid("Syntax error in an update: " + clause)
        self.expect("=")
        value = self.sum()

        def put(before, item):
            made = value(before)
            if made is None:
                raise Invalid("The provided expression refers to an attribute that does not exist in the item")
            item[name] = made
        return put

    def sum(self):
        left = self.term()
        sign = self.peek()
        if sign not in ("+", "-"):
            return left
        self.next()
        right = self.term()
        factor = 1 if sign == "+" else -1

        def total(item):
            if left(item) is None or right(item) is None:
                return None
            return {"N": str(number(left(item)) + factor * number(right(item)))}
        return total

    def term(self):
        if self.word() != "IF_NOT_EXISTS":
            return self.operand()
        self.next(), self.expect("(")
        name = self.path()
        self.expect(",")
        other = self.operand()
        self.expect(")")
        return lambda item: item[name] if name in item else other(item)


def compare(left, right, operator):
    if left is None or right is None:
        return operator == "<>" and left is not right
    if next(iter(left)) != next(iter(right)):
        return operator == "<>"
    if next(iter(left)) not in ("S", "N", "B"):
        return (left == right) == (operator == "=")
    a, b = order(left), order(right)
    return {"=": a == b, "<>": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator]
