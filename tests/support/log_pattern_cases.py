"""Filter patterns and messages to hold two readings of the language against each other: random ones from a seed, and all of a few."""
import itertools
import json

WORDS = ["ERROR", "error", "WARN", "a", "b", "ab", "x1", "a_b", "404", "403", "é", "日本"]
REGEXES = ["a", "ab", "[ab]", "[^a]", "a.b", "^a", "b$", "a|b", "^ab|b$", "a*b", "a+", "ab?", "a{2}", "a{1,2}", "a{,2}", "a{2,}", "\\d+", "\\D",
           "\\w\\w", "\\W", "\\s", "\\S+", "\\x41", "\\x3a", "4[0-9]", "40[34]", "[a-c]x", "\\.", "\\[.\\]", "\\$", "a b", "10\\.0", "[0-9]{1,3}",
           "(a)", "a!", "a\\q", "[a", "é", "\\", "a\\", "a{2,1}", "^ERROR", "ERROR$", "[\\d]", "[\\w-]", "a-b", "a/b", "a:b", "a=b", "a,b",
           "a;b", "a@b", "a#b", "\\x2", "\\xzz", "[]", "", 'a"b', "a&b", "a'b", "a<b", "a~b", "\\^", "\\|", "\\*", "\\+", "\\?", "\\{", "\\}", "\\\\",
           "[.]", "[$]", "[a|b]", "a||b", "|a", "a|", "^$", ".", ".*"]
SELECTORS = [".a", ".a", ".b", ".b", ".c-d", "[0]", "[1]", "[*]", ".*", "['a']", ".['a.b']", "['b']", ".1", ".a_b"]
NO_SELECTORS = [".a b", "[-1]", "[a]", "..a", "[01]", ".é", '["a"]']
OPERATORS = ["=", "=", "=", "!=", "!=", "<", ">", "<=", ">="]
NUMBERS = ["1", "2", "400", "4e2", "+1", "-1", "1.0", "1.5", "0", "1e-3", "0.001", "1e3", "1000", "01", ".5", "1.", "404"]
GLOBS = ["4*", "*", "*a", "a*", "a*b", "*b*", "1*", "*.x", "10.0.*", "true", "false", "null"]
BARE = ["a", "ab", "ERROR", "a-b", "a:b", "a/b", "a.b", "é", "a@b", "a'b", "a;b", "a?b", "a\\b", "$a", "~", "#x", "+", "-"]
QUOTED = ["a", "ab", "a b", "1", "400", "4*", "*", "", "true", 'a"b', "a\\b", "a*b", "é", "{", "||", "%a%", "IS", "1.0", " a"]
NO_VALUES = ["", "a b", "(a)", "[a]", '"a', "%a", "a,b", "a=b", "<", "%%"]
SCALARS = ['"a"', '"ab"', '"a b"', '"b"', "1", "2", "400", "404", "4e2", "400.0", "1.0", "0.001", "-1", '"1"', '"400"', '"404"', "null", "true",
           "false", '"true"', '""', '"ERROR"', '"é"', '"a\\"b"', '"a\\\\b"', '"\\u0061"', '"10.0.0.1"', "[]", "{}", '"a.b"', "1e400", '"%a%"',
           '"a-b"', '"*"', '"4*"', '"A"']


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Cases:
    def __init__(self, random):
        self.r = random

    def chance(self, p):
        return self.r.random() < p

    def regex(self):
        return "%" + self.r.choice(REGEXES) + "%"

    def space(self):
        return self.r.choice(["", " ", " ", "  ", "\t"])

    def terms(self):
        def term():
            kind = self.r.random()
            if kind < 0.6:
                return self.r.choice(WORDS)
            if kind < 0.8:
                return quoted(self.r.choice(["a b", "a.b", "[ERROR]", 'a"b', "a\\b", "-a", "?a", "%a%", "{", "a", " ", "  ", "a ", ""]))
            return self.regex() if kind < 0.9 else self.r.choice(["a.b", "a-b", "$a", "a*", "*", "(a)", "a|b", "'a'", "", "a&&b"])
        pattern = self.r.choice([" ", "  "]).join(
            self.r.choice(["", "", "", "?", "?", "-"]) + term() for _ in range(self.r.choice([1, 1, 2, 2, 3])))
        parts = WORDS + ["[ERROR]", " ", ".", "-", '"', "\\", "a.b", "aa", "bb", "%", "{", "}", "10.0", "A", "aab", ":", "?", "/", "$", "*", "+", "|", "^"]
        message = "".join(self.r.choice(parts) + self.r.choice(["", " "]) for _ in range(self.r.randint(0, 6)))
        return self.r.choice(["", "", " "]) + pattern + self.r.choice(["", "", " "]), message

    def value(self):
        kind = self.r.random()
        if kind < 0.85:
            return self.r.choice(NUMBERS if kind < 0.25 else GLOBS if kind < 0.4 else BARE if kind < 0.6 else [quoted(text) for text in QUOTED])
        return self.regex() if kind < 0.97 else self.r.choice(NO_VALUES)

    def comparison(self, left):
        operator = self.r.choice(OPERATORS) if self.chance(0.98) else self.r.choice(["==", "=>", "<>", "~", "=!", "", "!"])
        value = self.r.choice(NUMBERS) if operator[:1] in ("<", ">") and self.chance(0.85) else self.value()
        return left + self.space() + operator + self.space() + value

    def joined(self, one, wrong=("&", "|", "AND", "and", ",")):
        out = one()
        for _ in range(self.r.choice([0, 0, 1, 1, 2])):
            out += self.space() + (self.r.choice(["&&", "||"]) if self.chance(0.98) else self.r.choice(wrong)) + self.space() + one()
        return out

    def condition(self, depth):
        if depth > 0 and self.chance(0.25):
            return "(" + self.space() + self.joined(lambda: self.condition(depth - 1)) + self.space() + ")"
        selector = "$" + "".join(self.r.choice(SELECTORS if self.chance(0.99) else NO_SELECTORS) for _ in range(self.r.choice([1, 1, 1, 2, 2, 3])))
        if self.chance(0.15):
            words = ["IS NULL", "IS TRUE", "IS FALSE", "IS  TRUE", "NOT EXISTS", "NOT  EXISTS"]
            wrong = ["IS NOT NULL", "EXISTS", "is null", "IS", "NOT", "IS Null", "ISNULL", "NOT EXIST", "IS TRUEX", "NOT EXISTSX"]
            return selector + " " + self.r.choice(words if self.chance(0.9) else wrong)
        return self.comparison(selector)

    def json_value(self, depth):
        kind = self.r.random()
        if depth <= 0 or kind < 0.45:
            return self.r.choice(SCALARS)
        if kind < 0.65:
            return "[" + ",".join(self.json_value(depth - 1) for _ in range(self.r.randint(0, 3))) + "]"
        return self.json_object(depth - 1)

    def json_object(self, depth):
        names = self.r.sample(["a", "b", "a.b", "c-d", "1", "a_b"], self.r.randint(0, 4))
        if self.chance(0.05):
            names += names[:1]
        return "{" + ",".join(json.dumps(name) + ":" + self.space() + self.json_value(depth) for name in names) + "}"

    def json(self):
        depth = self.r.choice([0, 0, 1, 2])
        pattern = self.r.choice(["", "", " "]) + "{" + self.space() + self.joined(lambda: self.condition(depth)) + self.space() + "}"
        message = self.json_object(3) if self.chance(0.95) else self.r.choice(
            ["", '[1,"a"]', '[{"a":1}]', "x", '{"a":1', "1", '"a"', "null", ' {"a":1} ', '{"a":1}}', 'x {"a":1}', '{"a":1}\n'])
        return pattern + self.r.choice([""] * 9 + [" "] * 3 + ["}", " x"]), message

    def fields(self):
        out = []
        for i in range(self.r.choice([1, 2, 2, 3, 3, 4])):
            name = f"w{i}" if self.chance(0.9) else self.r.choice(["ip", "$x", "a-b", "1", "é", "a/b"])
            kind = self.r.random()
            out.append("..." if kind < 0.12 else name if kind < 0.55 else
                       self.joined(lambda: self.comparison(name if self.chance(0.97) else "zz"), (",", "|")) if kind < 0.985 else
                       self.r.choice(["", "a b", "(a=1)", "....", "a=", "=1", '"a"']))
        pattern = "[" + self.space() + (self.space() + "," + self.space()).join(out) + self.space() + "]" + self.r.choice([""] * 20 + [" ", "]", "x"])
        tokens = ["a", "b", "ab", "1", "2", "400", "404", "4e2", "1.5", "ERROR", '"a b"', "[a b]", '""', "[]", "a.b", "true", "é", "-1", "+1", "*"]
        return pattern, self.r.choice([" ", " ", "  "]).join(self.r.choice(tokens) for _ in range(self.r.choice([0, 1, 2, 2, 3, 3, 4, 5])))

    def edited(self, text):
        for _ in range(self.r.randint(1, 2)):
            at = self.r.randrange(len(text) + 1)
            new = self.r.choice(list("[]()\",:\\ 01-+.eE$*?|&=!<>'\t_#/@~") + ["&&", "||", "NOT EXISTS", "IS NULL", "...", "!=", "$.a", "a", "é", ""])
            text = text[:at] + new + text[at + self.r.randint(0, 1):]
        return text

    def case(self):
        pattern, message = self.r.choice([self.terms, self.json, self.json, self.json, self.fields, self.fields])()
        # How a brace that counts nothing and two quantifiers in a row are read in a regex, neither reading knows of AWS.
        if self.chance(0.15) and "%" not in pattern:
            pattern = self.edited(pattern)
        return pattern, message


def every():
    """One condition: each operator with each value, against each scalar; and each regex on each of a few texts."""
    values = NUMBERS + GLOBS + BARE + [quoted(text) for text in QUOTED] + NO_VALUES + ["%4..%", "%^a%"]
    for operator, value in itertools.product(sorted(set(OPERATORS)), values):
        for scalar in SCALARS:
            yield "{ $.a " + operator + " " + value + " }", '{"a":' + scalar + "}"
        for token in ("a", "1", "400", "4e2", "true", "é", '"a b"', "[4*]"):
            yield "[w " + operator + " " + value + "]", token
    for words, scalar in itertools.product(["IS NULL", "IS TRUE", "IS FALSE", "NOT EXISTS"], SCALARS):
        yield "{ $.a " + words + " }", '{"a":' + scalar + "}"
        yield "{ $.b " + words + " }", '{"a":' + scalar + "}"
        yield "{ $.*[0] " + words + " }", '{"a":[' + scalar + "]}"
    for regex, text in itertools.product(REGEXES, ["", "a", "ab", "b", "aab", "a b", "a.b", "404", "x10.0", "[a]", "AB:", "ERROR", "é", "^$|*+?{}\\"]):
        yield "%" + regex + "%", text


def at_the_limits():
    """Patterns just within and just beyond a limit, and whether AWS takes them."""
    yield "é" * 1024, True
    yield "é" * 1025, False
    for n, good in ((2, True), (3, False)):
        yield "{ " + " && ".join(["$.a = %a%"] * n) + " }", good
        yield "[" + ", ".join(["w = %a%"] * n) + "]", good
    for n, good in ((3, True), (4, False)):
        yield "{ " + " || ".join(["$.a[*] = 1"] * n) + " }", good
    yield "{ $.a[*].b = 1 && $.c.* = 2 }", True
    yield "{ $.a[*].* = 1 }", False
    yield "{ " + "(" * 100 + "$.a = 1" + ")" * 100 + " }", True
