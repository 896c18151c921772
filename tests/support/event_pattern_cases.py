"""Event patterns and events to hold two readings of the language against each other: random ones from a seed, and all of a few."""
import itertools
import json

STRINGS = ["", "x", "y", "X", "xy", "yx", "xyx", "a*b", "a\\b", "ß", "SS", "é", "É", "İ", "i", "K", "k", "\u212a", "Σ", "ς", "\U0001f680",
           "日本", "データ", 'x"y', '"', "10.0.0.1", "010.0.0.01", "10.0.0.256", "10.0.0.255", "1.2.3", "::1", "::ffff:a00:1", "0:0::1", "2001:db8::1",
           "2001:DB8:0::1", "1", "300", "true", "null", "a.b", "\u0000", "\n", "*", "**", "\\", "%"]
NUMBERS = ["0", "-0", "0.0", "1", "1.0", "10e-1", "1e0", "2", "3", "5", "300", "300.0", "3e2", "3.00E+2", "-1", "0.1", "0.1000000", "1e-7",
           "37.807807921694092", "37.80780792169409", "123456789012", "123456789012345678", "9007199254740993", "9007199254740992", "1e308",
           "1e309", "-1e400", "5e-324", "1e-400", "5000000001", "0.30000000000000004", "4.35", "1.0000000000000001"]
BLOCKS = ["10.0.0.0/24", "10.0.0.5/24", "10.0.0.0/0", "10.0.0.0/31", "10.0.0.1/32", "10.0.0.0/8", "2001:db8::/32", "::/0", "::1/127", "::1/128", "::ffff:a00:0/8",
          "10.0.0.0", "10.0.0/8", "10.0.0.0/a", "10.0.0.0/-1", "10.0.0.0/33", "/8", "10.0.0.0/", "x/8", "2001:db8::1/64", "10.0.0.0/08",
          "10.0.0.0 /8", "1::2::3/8", "12345::/16", "10.0.0.256/8", ""]
COMPARISONS = ["=", "<", "<=", ">", ">="]
LEAVES = ['["x"]', '["y"]', '["x","y"]', '[1]', '[null]', '[{"exists":true}]', '[{"exists":false}]', '[{"exists":false},"x"]',
          '[{"exists":true},{"exists":false}]', '[{"anything-but":"x"}]', '[{"prefix":"x"}]', '[{"numeric":[">",0]}]', '[{"wildcard":"*x"}]']


def brackets(items):
    return "[" + ",".join(items) + "]"


def operator(name, operand):
    return '{"' + name + '":' + operand + "}"


class Cases:
    def __init__(self, random):
        self.r = random

    def chance(self, p):
        return self.r.random() < p

    def string(self):
        return self.r.choice(STRINGS) if self.chance(0.7) else "".join(self.r.choice("xyXY*\\ß") for _ in range(self.r.randint(0, 4)))

    def quoted(self, text):
        if self.chance(0.7):
            return json.dumps(text, ensure_ascii=False)
        return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else c for c in text) + '"'

    def space(self):
        return self.r.choice(["", "", "", " ", "\n", "\t "])

    def scalar(self):
        kind = self.r.random()
        if kind < 0.55:
            return self.quoted(self.string())
        return self.r.choice(NUMBERS) if kind < 0.85 else self.r.choice(["true", "false", "null"])

    def strings(self, one):
        if self.chance(0.5):
            return self.quoted(one())
        return brackets(self.quoted(one()) for _ in range(self.r.choice([1, 1, 2, 2, 3, 0])))

    def wildcard(self):
        return "".join(self.r.choice(["x", "y", "*", "*", "\\*", "\\\\", "ß", "X"]) for _ in range(self.r.randint(0, 5)))

    def numeric(self):
        if self.chance(0.1):
            return self.r.choice(['[]', '["="]', '[1]', '["==",1]', '5', '"x"', '["=",1,2]', '[">",1,"<",5,"<",6]', '[">",1,"<"]', '["<",5,">",1]',
                                  '["=",1,"<",5]', '{"=":1}', 'null', '[">","1"]', '[true,1]'])
        bounds = [json.dumps(self.r.choice(COMPARISONS)), self.r.choice(NUMBERS)]
        if self.chance(0.4):
            bounds = [json.dumps(self.r.choice([">", ">="])), self.r.choice(NUMBERS), json.dumps(self.r.choice(["<", "<="])), self.r.choice(NUMBERS)]
        return brackets(bounds)

    def expression(self):
        kind = self.r.randint(0, 12)
        if kind <= 2:
            return operator(["prefix", "suffix", "equals-ignore-case"][kind], self.quoted(self.string()) if self.chance(0.9) else self.scalar())
        if kind == 3:
            return operator("wildcard", self.quoted(self.wildcard()) if self.chance(0.95) else self.scalar())
        if kind == 4:
            return operator("numeric", self.numeric())
        if kind == 5:
            return operator("cidr", self.quoted(self.r.choice(BLOCKS)))
        if kind == 6:
            return operator("exists", self.r.choice(["true", "true", "true", "false", "false", "false", "null", "1", '"true"']))
        if kind == 7:
            return operator(self.r.choice(["prefix", "suffix"]), operator("equals-ignore-case", self.quoted(self.string())))
        if kind in (8, 9):
            one = self.r.choice([self.scalar, lambda: self.quoted(self.string()), lambda: self.r.choice(NUMBERS)])
            return operator("anything-but", one() if self.chance(0.4) else brackets(one() for _ in range(self.r.choice([1, 2, 3, 3, 0]))))
        if kind == 10:
            return operator("anything-but", operator(self.r.choice(["prefix", "suffix", "equals-ignore-case"]), self.strings(self.string)))
        if kind == 11:
            return operator("anything-but", operator("wildcard", self.strings(self.wildcard)))
        return self.r.choice([
            operator("exactly", self.scalar()), operator("regex", '"x"'), "{}", '{"prefix":"x","suffix":"y"}', "[1]",
            operator("anything-but", operator("numeric", '["=",1]')), operator("anything-but", operator("prefix", operator("equals-ignore-case", '"x"'))),
            operator("prefix", operator("suffix", '"x"')), operator("anything-but", "{}"), operator("prefix", "{}"),
            operator("anything-but", "true"), operator("anything-but", "null"), operator("anything-but", operator("exists", "true"))])

    def leaf(self):
        number = 0 if self.chance(0.01) else self.r.choice([1, 1, 1, 2, 2, 3])
        return "[" + self.space() + ("," + self.space()).join(self.expression() if self.chance(0.5) else self.scalar() for _ in range(number)) + "]"

    def pattern(self, depth, keys, leaf, choices):
        out = []
        for _ in range(self.r.choice([1, 1, 2, 2, 3])):
            key = self.r.choice(keys)
            if self.chance(choices):
                branches = self.r.choice([2, 2, 2, 3, 2 if self.chance(0.8) else 1])
                out.append('"$or":' + brackets(self.pattern(depth - 1, keys, leaf, choices if depth > 0 else 0) for _ in range(branches)))
            elif depth > 0 and self.chance(0.5):
                out.append(self.quoted(key) + ":" + self.space() + self.pattern(depth - 1, keys, leaf, choices))
            else:
                out.append(self.quoted(key) + self.space() + ":" + leaf())
        if self.chance(0.01):
            out = self.r.choice([[], ['"z":' + self.scalar()], ['"$or":' + leaf()] + out])
        return "{" + ("," + self.space()).join(out) + "}"

    def value(self, depth, keys, scalar, lists):
        kind = self.r.random()
        if depth <= 0 or kind < 0.2:
            return scalar()
        if lists and kind < 0.6:
            return brackets(self.value(depth - 1, keys, scalar, lists) for _ in range(self.r.randint(0, 3)))
        return self.event(depth - 1, keys, scalar, lists)

    def event(self, depth, keys, scalar, lists=True):
        chosen = self.r.sample(keys, self.r.randint(0, len(keys)))
        if self.chance(0.05):
            chosen += chosen[:1]
        return "{" + ",".join(self.quoted(key) + ":" + self.space() + self.value(depth, keys, scalar, lists) for key in chosen) + "}"

    def edited(self, text):
        for _ in range(self.r.randint(1, 2)):
            at = self.r.randrange(len(text) + 1)
            new = self.r.choice(list('{}[]",:\\ 01-+.eEtfnu/$*\n\t\'') + ["\\u0041", "\\ud800", "null", "true", "1e5", "//", "\x01", "\u00a0", "NaN", ""])
            text = text[:at] + new + text[at + self.r.randint(0, 1):]
        return text

    def case(self):
        kind = self.r.random()
        if kind < 0.4:  # one field: every operator
            value = self.scalar() if self.chance(0.7) else brackets(self.scalar() for _ in range(self.r.randint(0, 3)))
            case = '{"a":' + self.leaf() + "}", '{"a":' + value + "}"
        elif kind < 0.8:  # structure: arrays, absences, choices
            # A name with a dot that meets an array of the name before it is left out: there the two readings are known to differ.
            keys, lists = self.r.choice([(["a", "b"], True), (["a", "b", "c"], True), (["B", "a", "a-b", ""], True), (["a", "b", "a.b", "a.a"], False)])
            plain = lambda: self.r.choice(['"x"', '"y"', '"x"', "1", "null", "{}", '"xy"'] + (["[]", '["x","y"]'] if lists else []))  # noqa: E731
            case = (self.pattern(self.r.randint(0, 2), keys, lambda: self.r.choice(LEAVES), self.r.choice([0, 0, 0.2])),
                    self.event(self.r.randint(1, 5), keys, plain, lists))
        else:
            keys = ["a", "b", "prefix", "$or"] if self.chance(0.3) else ["a", "b", "c"]
            case = self.pattern(2, keys, self.leaf, 0.2), self.event(3, keys, self.scalar)
        if self.chance(0.1):
            return self.edited(case[0]), case[1]
        return (case[0], self.edited(case[1])) if self.chance(0.05) else case


def every():
    """One field: each operator with each of a few operands, against each of a few values."""
    strings = [json.dumps(text) for text in ("", "x", "X", "xy", "*x", "10.0.0.1")]
    numbers = ["0", "1", "1.0", "37.807807921694092"]
    expressions = strings + numbers + ["null", "true", '{"exists":true}', '{"exists":false}']
    for name in ("exactly", "prefix", "suffix", "equals-ignore-case", "wildcard", "anything-but"):
        expressions += [operator(name, text) for text in strings + ["1", "null"]]
    for name in ("prefix", "suffix", "equals-ignore-case", "wildcard"):
        expressions += [operator("anything-but", operator(name, text)) for text in strings + [brackets(strings[1:4]), "1"]]
        expressions += [operator(name, operator("equals-ignore-case", text)) for text in strings]
    expressions += [operator("numeric", brackets(['"' + sign + '"', bound])) for sign in COMPARISONS for bound in numbers]
    expressions += [operator("cidr", json.dumps(block)) for block in BLOCKS]
    expressions += [operator("anything-but", brackets(pair)) for pair in itertools.product(strings[:3] + numbers[1:], repeat=2)]
    values = strings + numbers + ["null", "false", "true", "[]", "{}", '{"b":1}', '["x","y"]', '["x",1,null]', '[{"b":"x"}]', '[["x"]]', None]
    for expression, value in itertools.product(expressions, values):
        yield '{"a":[' + expression + "]}", "{}" if value is None else '{"a":' + value + "}"


def at_the_limits():
    """Patterns just within and just beyond a limit, and whether AWS takes them."""
    longest = '{"a":["' + "é" * 2038 + '"]}'
    yield longest, True
    yield longest.replace('"]}', 'x"]}'), False

    def choices(*branches):
        return "{" + ",".join('"$or":' + brackets('{"%s%d":[1]}' % (name, i) for i in range(n)) for name, n in zip("abc", branches)) + "}"
    yield choices(10, 10, 10), True
    yield choices(7, 11, 13), False
    # Where wildcards are too many is the program's own measure: well on either side.
    for stars, good in ((3, True), (30, False)):
        yield '{"a":[{"wildcard":"' + "*a" * stars + '"}]}', good
    yield '{"a":' * 60 + "[1]" + "}" * 60, True
