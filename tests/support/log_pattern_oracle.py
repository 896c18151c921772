"""A second reading of CloudWatch Logs filter patterns, written from AWS's guide and from nothing in src: slow and plain, to hold
glasswatch against. `matches(pattern, message)` takes two texts and answers True, False or raises Invalid. What AWS leaves open
follows the table in docs/patterns.md."""
import functools
import json
import re

from event_pattern_oracle import Array, Invalid, Number, Object, is_string, parse

LONGEST = 1024
REGEXES = 2
WILDCARDS = 3
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
BARE = re.compile(r"[^\s(){}\[\]&|,=!<>\"%]+")
OPERATOR = re.compile(r"!=|<=|>=|=|<|>")


def regex(text):
    """A regular expression of AWS's subset, as Python writes it."""
    if not text:
        raise Invalid("an empty regex")
    out, i, in_class = "", 0, False
    while i < len(text):
        c = text[i]
        if c == "\\":
            escape = text[i + 1:i + 2]
            if escape == "x" and re.fullmatch("[0-9a-fA-F]{2}", text[i + 2:i + 4]):
                out += re.escape(chr(int(text[i + 2:i + 4], 16)))
                i += 4
                continue
            if escape == "" or escape not in "dDsSwW^$?[]{}|\\*+.:_#=@/;,-":
                raise Invalid("an unknown escape")
            out += "\\" + escape
            i += 2
            continue
        if not re.fullmatch(r"[A-Za-z0-9:_#=@/;, \-^$?\[\]{}|*+.]", c):
            raise Invalid(f"no {c} in a regex")
        if c == "{" and not in_class:
            bounds = re.match(r"\{([0-9]*)(,?)([0-9]*)\}", text[i:])
            if not bounds or not (bounds[1] or bounds[3]):
                raise Invalid("no repetition")
            out += "{" + (bounds[1] or "0") + bounds[2] + bounds[3] + "}"
            i += len(bounds[0])
            continue
        if c == "[":
            in_class = True
        elif c == "]":
            in_class = False
        out += "\\Z" if c == "$" and not in_class else c
        i += 1
    try:
        return re.compile(out, re.A)
    except re.error as e:
        raise Invalid(str(e)) from e


class Value:
    """What stands right of an operator, or a term."""

    def __init__(self, text, is_regex=False):
        self.text = text
        self.regex = regex(text) if is_regex else None
        self.number = float(text) if not is_regex and NUMBER.fullmatch(text) else None
        self.glob = re.compile(".*".join(re.escape(part) for part in text.split("*")), re.S)

    def equals(self, text, number):
        if self.regex:
            return self.regex.search(text) is not None
        return self.glob.fullmatch(text) is not None or self.number is not None and number is not None and self.number == number


class Reader:
    def __init__(self, text):
        self.text, self.at, self.regexes, self.wildcards = text, 0, 0, 0

    def space(self):
        while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
            self.at += 1

    def take(self, expected):
        self.space()
        if not self.text.startswith(expected, self.at):
            return False
        self.at += len(expected)
        return True

    def match(self, expression):
        found = re.compile(expression).match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def need(self, expected):
        if not self.take(expected):
            raise Invalid(f"{expected} is missing")

    def quoted(self):
        found = self.match(r'"((?:[^"\\]|\\.)*)"')
        if not found:
            raise Invalid("an open quote")
        return re.sub(r'\\(["\\])', r"\1", found[1])

    def value(self):
        self.space()
        if self.text.startswith('"', self.at):
            return Value(self.quoted())
        if self.text.startswith("%", self.at):
            found = self.match("%([^%]*)%")
            if not found:
                raise Invalid("an open regex")
            self.regexes += 1
            return Value(found[1], True)
        found = self.match(BARE.pattern)
        if not found:
            raise Invalid("no value")
        return Value(found[0])

    def any_of(self, one):
        parts = [self.all_of(one)]
        while self.take("||"):
            parts.append(self.all_of(one))
        return lambda subject: any(part(subject) for part in parts)

    def all_of(self, one):
        parts = [one()]
        while self.take("&&"):
            parts.append(one())
        return lambda subject: all(part(subject) for part in parts)

    def comparison(self):
        """An operator and its value: a test of the text and the number of something."""
        self.space()
        operator = self.match(OPERATOR.pattern)
        if not operator:
            raise Invalid("no operator")
        operator, value = operator[0], self.value()
        if operator in ("=", "!="):
            return lambda text, number: value.equals(text, number) == (operator == "="), operator
        if value.number is None:
            raise Invalid("only numbers are ordered")
        bound = value.number
        return lambda text, number: number is not None and {
            "<": number < bound, "<=": number <= bound, ">": number > bound, ">=": number >= bound}[operator], operator

    # --- terms

    def terms(self):
        if self.text.strip() == '" "':
            return lambda message: True
        required, optional, excluded = [], [], []
        self.space()
        while self.at < len(self.text):
            sign = self.match("[?-]")
            if self.text[self.at:self.at + 1] in ('"', "%"):
                value = self.value()
                if not value.text:
                    raise Invalid("an empty term")
            else:
                found = self.match(r"[A-Za-z0-9_\x80-\U0010ffff]+")
                if not found:
                    raise Invalid("no term")
                if not re.match(r'\s|"|$', self.text[self.at:]):
                    raise Invalid("what a word cannot have")
                value = Value(found[0])
            {"?": optional, "-": excluded}.get(sign and sign[0], required).append(value)
            self.space()

        def contains(message, value):
            return value.regex.search(message) is not None if value.regex else value.text in message

        def test(message):
            if required or excluded:
                return all(contains(message, v) for v in required) and not any(contains(message, v) for v in excluded)
            return not optional or any(contains(message, v) for v in optional)
        return test

    # --- JSON

    def selector(self):
        self.need("$")
        steps = []
        while True:
            if self.match(r"\.\*"):
                steps.append(("names", None))
            elif name := self.match(r"\.([A-Za-z0-9_-]+)"):
                steps.append(("name", name[1]))
            elif name := self.match(r"\.?\['(.*?)'\]"):
                steps.append(("name", name[1]))
            elif self.match(r"\.?\[\*\]"):
                steps.append(("items", None))
            elif index := self.match(r"\.?\[([0-9]+)\]"):
                steps.append(("index", int(index[1])))
            else:
                break
        wild = [kind for kind, _ in steps if kind in ("names", "items")]
        if not steps or len(wild) > 1:
            raise Invalid("no selector")
        self.wildcards += len(wild)

        def select(values):
            for kind, what in steps:
                found = []
                for value in values:
                    if kind == "name" and isinstance(value, Object) and what in dict(value):
                        found.append(dict(value)[what])
                    elif kind == "names" and isinstance(value, Object):
                        found += dict(value).values()
                    elif kind == "items" and isinstance(value, Array):
                        found += value
                    elif kind == "index" and isinstance(value, Array) and what < len(value):
                        found.append(value[what])
                values = found
            return values
        return lambda root: select([root])

    def condition(self):
        if self.take("("):
            inside = self.any_of(self.condition)
            self.need(")")
            return inside
        select = self.selector()
        self.space()
        if self.match(r"IS\b"):
            self.space()
            word = self.match(r"(NULL|TRUE|FALSE)\b")
            if not word:
                raise Invalid("IS what")
            wanted = {"NULL": None, "TRUE": True, "FALSE": False}[word[0]]
            return lambda root: any(value is wanted for value in select(root))
        if self.match(r"NOT\b"):
            self.space()
            if not self.match(r"EXISTS\b"):
                raise Invalid("NOT what")
            return lambda root: not select(root)
        compare, operator = self.comparison()

        def test(value):
            if isinstance(value, (Object, Array)):
                return False
            if value is None:
                return operator == "!="
            if isinstance(value, Number):
                return compare(str(value), float(value))
            return compare(value if is_string(value) else json.dumps(value), None)
        return lambda root: any(test(value) for value in select(root))

    def json(self):
        self.need("{")
        test = self.any_of(self.condition)
        self.need("}")
        self.end()

        def of_message(message):
            try:
                return test(parse(message))
            except Invalid:
                return False
        return of_message

    def end(self):
        self.space()
        if self.at < len(self.text):
            raise Invalid("text after the end")
        if self.regexes > REGEXES or self.wildcards > WILDCARDS:
            raise Invalid("more than AWS takes")

    # --- fields between spaces

    def field(self):
        """None for `...`, else whether it has a condition, and the test."""
        if self.take("..."):
            return None
        self.space()
        name = self.match(BARE.pattern)
        if not name:
            raise Invalid("no field")
        self.space()
        if not OPERATOR.match(self.text, self.at):
            return False, lambda token: True
        self.at = name.start()

        def one():
            self.space()
            again = self.match(BARE.pattern)
            if not again or again[0] != name[0]:
                raise Invalid("a condition on another field")
            compare, _ = self.comparison()
            return lambda token: compare(token, float(token) if NUMBER.fullmatch(token) else None)
        return True, self.any_of(one)

    def fields(self):
        self.need("[")
        fields = [self.field()]
        while self.take(","):
            if self.take("]"):
                self.at -= 1
                fields.append((False, lambda token: True))
                break
            fields.append(self.field())
        self.need("]")
        self.end()
        takes_rest = len(fields) > 1 and None not in fields and not fields[-1][0] and fields[-2][0]

        def fit(wanted, tokens):
            if not wanted:
                return not tokens
            if wanted[0] is None:
                return any(fit(wanted[1:], tokens[n:]) for n in range(len(tokens) + 1))
            if len(wanted) == 1 and takes_rest:
                return bool(tokens)
            return bool(tokens) and wanted[0][1](tokens[0]) and fit(wanted[1:], tokens[1:])
        return lambda message: fit(fields, [a or b or c for a, b, c in re.findall(r'\[([^\]]*)\]|"([^"]*)"|(\S+)', message)])


@functools.lru_cache(maxsize=4096)
def compile_pattern(text):
    if len(text) > LONGEST:
        raise Invalid("too long")
    reader = Reader(text)
    reader.space()
    first = text[reader.at:reader.at + 1]
    return reader.json() if first == "{" else reader.fields() if first == "[" else reader.terms()


def matches(pattern, message):
    return compile_pattern(pattern)(message)
