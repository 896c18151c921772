"""A second reading of EventBridge event patterns, written from AWS's guide and from what the open engine's own tests say, and from
nothing in src: slow and plain, to hold glasswatch against. `matches(pattern, event)` takes two texts and answers True, False or raises
Invalid. What AWS leaves open follows the table in docs/patterns.md."""
import functools
import ipaddress
import json
import re
from decimal import Decimal

OPERATORS = {"exactly", "prefix", "suffix", "equals-ignore-case", "anything-but", "numeric", "cidr", "exists", "wildcard"}
RESERVED = OPERATORS | {"=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case", "date-after", "date-on-or-after",
                        "date-before", "date-on-or-before", "in-date-range", "ip-address-in-range", "ip-address-not-in-range"}
LONGEST = 2048
COMBINATIONS = 1000


class Invalid(Exception):
    """AWS would not take the pattern."""


class Number(str):
    """A number as it is written."""


class Object(list):
    """The pairs of an object, in order, equal keys included."""


class Array(list):
    pass


def refuse(text):
    raise Invalid(f"{text} is no JSON")


def parse(text):
    try:
        value = json.loads(text, parse_int=Number, parse_float=Number, parse_constant=refuse, object_pairs_hook=Object)
    except ValueError as e:
        raise Invalid(str(e)) from e
    return arrays(value)


def arrays(value):
    if isinstance(value, Object):
        return Object((key, arrays(inner)) for key, inner in value)
    if isinstance(value, list):
        return Array(arrays(inner) for inner in value)
    return value


def is_string(value):
    return isinstance(value, str) and not isinstance(value, Number)


def comparable(number):
    """The number, or None when no 64-bit float is it: a float is the shortest decimal that reads as it."""
    exact = Decimal(number)
    nearest = float(number)
    if nearest in (float("inf"), float("-inf")) or Decimal(repr(nearest)) != exact:
        return None
    return exact


def must_compare(value):
    if not isinstance(value, Number):
        raise Invalid("a bound is a number")
    number = comparable(value)
    if number is None:
        raise Invalid(f"{value} cannot be compared")
    return number


def address(text):
    """An address in any way to write it, as (bits, number)."""
    if re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+", text):
        parts = [int(part) for part in text.split(".")]
        return (32, int.from_bytes(bytes(parts), "big")) if max(parts) < 256 else None
    if re.fullmatch(r"[0-9a-fA-F:]*:[0-9a-fA-F:]*", text):
        try:
            number = ipaddress.IPv6Address(text)
            return (32, int(number.ipv4_mapped)) if number.ipv4_mapped else (128, int(number))
        except ValueError:
            return None
    return None


def cidr(text):
    parts = text.split("/")
    if len(parts) != 2 or not re.fullmatch(r"\+?[0-9]+", parts[1]):
        raise Invalid("a block is an address, a slash and a number")
    base = address(parts[0])
    if base is None or int(parts[1]) >= base[0]:
        raise Invalid("no block")
    bits, number = base
    beyond = bits - int(parts[1])

    def test(value):
        other = address(value) if is_string(value) else None
        return other is not None and other[0] == bits and other[1] >> beyond == number >> beyond
    return test


def wildcard(text):
    """A regular expression for the wildcard."""
    out, i = "", 0
    while i < len(text):
        if text[i] == "*":
            if text[i + 1:i + 2] == "*":
                raise Invalid("two wildcards in a row")
            out += ".*"
        elif text[i] == "\\":
            if text[i + 1:i + 2] not in ("*", "\\"):
                raise Invalid("an unknown escape")
            i += 1
            out += re.escape(text[i])
        else:
            out += re.escape(text[i])
        i += 1
    return re.compile(out, re.S)


def ignoring_case(text):
    """Each character of 16 bits stands for itself in lower and in upper case."""
    return "".join("(?:" + re.escape(c.lower()) + "|" + re.escape(c.upper()) + ")" if ord(c) < 0x10000 else c for c in text)


def text_test(operator, operand):
    """The test of a string that `operator` with a string makes."""
    if operator == "exactly":
        return lambda value: value == operand
    if operator == "prefix":
        return lambda value: value.startswith(operand)
    if operator == "suffix":
        return lambda value: value.endswith(operand)
    if operator == "equals-ignore-case":
        expression = re.compile(ignoring_case(operand), re.S)
        return lambda value: expression.fullmatch(value) is not None
    if operator == "prefix-ignore-case":
        expression = re.compile(ignoring_case(operand) + ".*", re.S)
        return lambda value: expression.fullmatch(value) is not None
    if operator == "suffix-ignore-case":
        expression = re.compile(".*" + ignoring_case(operand), re.S)
        return lambda value: expression.fullmatch(value) is not None
    expression = wildcard(operand)
    return lambda value: expression.fullmatch(value) is not None


def of_strings(test):
    return lambda value: is_string(value) and test(value)


def only_key(expression):
    if len(expression) != 1:
        raise Invalid("an operator's object has one key")
    return expression[0]


def anything_but(operand):
    if isinstance(operand, Object):
        operator, inner = only_key(operand)
        if operator not in ("prefix", "suffix", "equals-ignore-case", "wildcard"):
            raise Invalid("anything-but takes no such operator")
        texts = inner if isinstance(inner, Array) else [inner]
        if not texts or not all(is_string(text) for text in texts):
            raise Invalid("strings only")
        if operator in ("prefix", "suffix") and "" in texts:
            raise Invalid("an empty prefix or suffix")
        tests = [text_test(operator, text) for text in texts]
        return lambda value: not (is_string(value) and any(test(value) for test in tests))
    values = operand if isinstance(operand, Array) else [operand]
    if values and all(is_string(value) for value in values):
        return lambda value: not (is_string(value) and value in values)
    if values and all(isinstance(value, Number) for value in values):
        numbers = [must_compare(value) for value in values]
        return lambda value: not (isinstance(value, Number) and comparable(value) in numbers)
    raise Invalid("all strings or all numbers")


def numeric(operand):
    if not isinstance(operand, Array) or len(operand) not in (2, 4):
        raise Invalid("one bound or two")
    bounds = []
    for operator, bound in zip(operand[::2], operand[1::2]):
        if not is_string(operator) or operator not in ("<", "<=", "=", ">=", ">"):
            raise Invalid("no such comparison")
        bounds.append((operator, must_compare(bound)))
    if len(bounds) == 2:
        if bounds[0][0] not in (">", ">=") or bounds[1][0] not in ("<", "<=") or bounds[0][1] >= bounds[1][1]:
            raise Invalid("a lower and then a higher bound")

    def holds(number, operator, bound):
        return {"<": number < bound, "<=": number <= bound, "=": number == bound, ">=": number >= bound, ">": number > bound}[operator]

    def test(value):
        number = comparable(value) if isinstance(value, Number) else None
        return number is not None and all(holds(number, *bound) for bound in bounds)
    return test


ABSENT = "absent"


def operator_test(expression):
    operator, operand = only_key(expression)
    if operator == "anything-but":
        return anything_but(operand)
    if operator == "numeric":
        return numeric(operand)
    if operator == "exists":
        if operand is not True and operand is not False:
            raise Invalid("true or false")
        return (lambda value: True) if operand else ABSENT
    if operator in ("prefix", "suffix") and isinstance(operand, Object):
        inner, operand = only_key(operand)
        if inner != "equals-ignore-case":
            raise Invalid("no such operator inside")
        operator += "-ignore-case"
    elif operator not in ("exactly", "prefix", "suffix", "equals-ignore-case", "cidr", "wildcard"):
        raise Invalid("no such operator")
    if not is_string(operand):
        raise Invalid("a string")
    return cidr(operand) if operator == "cidr" else of_strings(text_test(operator, operand))


def value_test(value):
    if isinstance(value, Object):
        return operator_test(value)
    if isinstance(value, Array):
        raise Invalid("an array in an array")
    if isinstance(value, Number):
        number = comparable(value)
        return lambda other: isinstance(other, Number) and (other == value or number is not None and comparable(other) == number)
    if is_string(value):
        meant = address(value)
        return lambda other: is_string(other) and (other == value or meant is not None and address(other) == meant)
    return lambda other: other is value


def extend(rules, path, fields, inside_or, with_or):
    """What the pairs of one object add to the combinations so far: each a map of dotted path to tests, of which a later one counts."""
    if not fields:
        raise Invalid("an empty object")
    for key, value in fields:
        if with_or and key == "$or":
            if not isinstance(value, Array) or len(value) < 2 or not all(isinstance(branch, Object) for branch in value):
                raise Invalid("$or takes two objects or more")
            rules = [rule for branch in value for rule in extend([dict(rule) for rule in rules], path, branch, True, with_or)]
            continue
        if inside_or and key in RESERVED:
            raise Invalid("a reserved word in $or")
        if isinstance(value, Object):
            rules = extend(rules, path + [key], value, inside_or, with_or)
        elif isinstance(value, Array):
            if not value:
                raise Invalid("an empty array")
            tests = [value_test(one) for one in value]
            for rule in rules:
                rule[".".join(path + [key])] = tests
        else:
            raise Invalid("a field is an object or an array")
    return rules


@functools.lru_cache(maxsize=4096)
def compile_pattern(text):
    if len(text) > LONGEST:
        raise Invalid("too long")
    pattern = parse(text)
    if not isinstance(pattern, Object):
        raise Invalid("no object")
    try:
        rules = extend([{}], [], pattern, False, True)
    except Invalid:
        # What is no `$or` may be a field of that name.
        rules = extend([{}], [], pattern, False, False)
    if len(rules) > COMBINATIONS:
        raise Invalid("too many combinations")
    return [sorted(rule.items(), key=lambda item: item[0].encode("utf-16-be", "surrogatepass")) for rule in rules]


def flatten(value, path, where, arrays_seen, out):
    """The leaves of an event: dotted path, value, and which element of which array it stands in."""
    if isinstance(value, Object):
        for key, inner in dict(value).items():
            flatten(inner, path + [key], where, arrays_seen, out)
    elif isinstance(value, Array):
        arrays_seen[0] += 1
        this = arrays_seen[0]
        for index, inner in enumerate(value):
            inside = {**where, this: index} if isinstance(inner, (Object, Array)) else where
            flatten(inner, path, inside, arrays_seen, out)
    else:
        out.append((".".join(path), value, where))


def together(first, second):
    """Both places at once, or None where they are different elements of one array."""
    if any(second.get(array, index) != index for array, index in first.items()):
        return None
    return {**first, **second}


def holds(rule, leaves, where):
    """The fields of a rule in the order of their names, each in the same array elements as those before."""
    if not rule:
        return True
    (path, tests), rest = rule[0], rule[1:]
    here = [(value, together(where, at)) for name, value, at in leaves if name == path]
    here = [(value, place) for value, place in here if place is not None]
    if ABSENT in tests and not here and holds(rest, leaves, where):
        return True
    return any(holds(rest, leaves, place) for value, place in here if any(test is not ABSENT and test(value) for test in tests))


def matches(pattern, event):
    rules = compile_pattern(pattern)
    try:
        root = parse(event)
    except Invalid:
        return False
    if not isinstance(root, Object):
        return False
    leaves = []
    flatten(root, [], {}, [0], leaves)
    return any(holds(rule, leaves, {}) for rule in rules)
