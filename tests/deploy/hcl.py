"""Enough of Terraform's language to look at modules without Terraform: blocks, attributes, values.

Objects become dicts, lists lists, strings, numbers and true, false, null what Python has for them; calls are Call, conditions Choice;
all other expressions are Text, as they are written. What is not understood is an error.
"""
import dataclasses
import re

TOKEN = re.compile(r"\s+|(?P<comment>(?:#|//)[^\n]*)|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)"
                   r"|(?P<op>=>|==|!=|<=|>=|&&|\|\||[-{}\[\]()=,:?.<>!+*/%])")
SEPARATORS = {",", "}", "]", ")"}


class Text(str):
    """An expression as it is written."""


@dataclasses.dataclass
class Call:
    name: str
    arguments: list


@dataclasses.dataclass
class Choice:
    condition: object
    yes: object
    no: object


@dataclasses.dataclass
class Block:
    kind: str
    labels: list
    values: dict
    blocks: list
    path: str = ""

    def of(self, kind):
        return [b for b in self.blocks if b.kind == kind]


def tokens(text):
    at, out = 0, []
    while at < len(text):
        if text[at] == '"':
            end, depth = at + 1, 0
            while text[end] != '"' or depth:
                if text[end] == "\\":
                    end += 1
                elif text[end:end + 2] == "${":
                    depth += 1
                elif text[end] == "}" and depth:
                    depth -= 1
                end += 1
            out.append(("text", text[at + 1:end], at))
            at = end + 1
            continue
        m = TOKEN.match(text, at)
        if not m:
            raise ValueError(f"not understood: {text[at:at + 40]!r}")
        if m.lastgroup and m.lastgroup != "comment":
            out.append((m.lastgroup, m[m.lastgroup], at))
        at = m.end()
    return out


class Reader:
    def __init__(self, text, path=""):
        self.text, self.tokens, self.at, self.path = text, tokens(text), 0, path

    def peek(self, ahead=0):
        return self.tokens[self.at + ahead][:2] if self.at + ahead < len(self.tokens) else (None, None)

    def take(self, what=None):
        kind, value = self.peek()
        if what is not None and value != what:
            raise ValueError(f"{self.path}: {what!r} expected before {self.tokens[self.at:self.at + 4]}")
        self.at += 1
        return kind, value

    def body(self, end=None):
        values, blocks = {}, []
        while self.peek()[1] != end or self.peek()[0] == "text":
            _, name = self.take()
            if self.peek() == ("op", "="):
                self.take()
                values[name] = self.value()
                continue
            labels = []
            while self.peek() != ("op", "{"):
                labels.append(self.take()[1])
            self.take("{")
            inner, below = self.body("}")
            self.take("}")
            blocks.append(Block(name, labels, inner, below, self.path))
        return values, blocks

    def value(self):
        start = self.at
        found = self.operand()
        is_plain = True
        while self.peek()[0] == "op" and self.peek()[1] in ("==", "!=", "<", ">", "<=", ">=", "&&", "||", "+", "-", "*", "/", "%"):
            self.take()
            self.operand()
            is_plain = False
        if self.peek() == ("op", "?"):
            condition = self.written(start)
            self.take()
            yes = self.value()
            self.take(":")
            return Choice(condition, yes, self.value())
        return found if is_plain else self.written(start)

    def written(self, start):
        end = self.tokens[self.at][2] if self.at < len(self.tokens) else len(self.text)
        return Text(self.text[self.tokens[start][2]:end].strip())

    def operand(self):
        start = self.at
        kind, value = self.take()
        if kind == "text":
            found = value
        elif kind == "number":
            found = float(value) if "." in value else int(value)
        elif value == "!":
            self.operand()
            return self.written(start)
        elif value == "(":
            found = self.value()
            self.take(")")
        elif value in ("[", "{"):
            found = self.collection(value, start)
        elif kind == "name":
            found = {"true": True, "false": False, "null": None}.get(value, Text(value))
            if self.peek() == ("op", "("):
                self.take()
                found = Call(value, self.items(")"))
        else:
            raise ValueError(f"{self.path}: not understood: {self.tokens[start:start + 4]}")
        while self.peek() in (("op", "."), ("op", "[")):
            if self.take()[1] == ".":
                self.take()
            else:
                self.value()
                self.take("]")
            found = self.written(start)
        return found

    def items(self, end):
        out = []
        while self.peek() != ("op", end):
            out.append(self.value())
            if self.peek() == ("op", ","):
                self.take()
        self.take(end)
        return out

    def collection(self, opening, start):
        if self.peek() == ("name", "for"):
            # `for NAMES in VALUE : …`: what it goes over is looked at, too.
            while self.take()[1] != "in":
                pass
            over, depth = self.value(), 1
            while depth:
                depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(self.take()[1], 0)
            return Call("for", [over, self.written(start)])
        if opening == "[":
            return self.items("]")
        out = {}
        while self.peek() != ("op", "}"):
            name = self.take()[1]
            if self.take()[1] not in ("=", ":"):
                raise ValueError(f"{self.path}: no member: {self.tokens[self.at - 2:self.at + 2]}")
            out[name] = self.value()
            if self.peek() == ("op", ","):
                self.take()
        self.take("}")
        return out


def read(text, path=""):
    """The blocks of a file."""
    values, blocks = Reader(text, path).body()
    if values:
        raise ValueError(f"{path}: values outside of blocks: {list(values)}")
    return blocks
