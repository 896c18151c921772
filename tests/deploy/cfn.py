"""CloudFormation templates for the tests: read, and resolved as far as parameters' values say."""
import re

import yaml


class Loader(yaml.SafeLoader):
    """`!Name x` is {"Fn::Name": x}, as CloudFormation reads it."""


def short_form(loader, suffix, node):
    kind = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: lambda n: loader.construct_sequence(n, deep=True),
            yaml.MappingNode: lambda n: loader.construct_mapping(n, deep=True)}[type(node)]
    return {suffix if suffix in ("Ref", "Condition") else "Fn::" + suffix: kind(node)}


Loader.add_multi_constructor("!", short_form)
# Dates are text to CloudFormation.
Loader.yaml_implicit_resolvers = {k: [(tag, rx) for tag, rx in v if not tag.endswith("timestamp")]
                                  for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()}

PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "eu-west-1", "AWS::AccountId": "111122223333",
          "AWS::URLSuffix": "amazonaws.com", "AWS::StackName": "stack", "AWS::NoValue": None}
NOTHING = object()


def load(path):
    with open(path, encoding="utf-8") as f:
        return yaml.load(f, Loader)


def parameters(template, **given):
    """Values: given, then defaults, then `<Name>`."""
    values = dict(PSEUDO)
    for name, parameter in template.get("Parameters", {}).items():
        values[name] = given.get(name, parameter.get("Default", f"<{name}>"))
        if parameter["Type"].startswith("CommaDelimited"):
            values[name] = values[name].split(",") if values[name] else []
    return values


def resolve(value, values, conditions):
    """Refs, Subs and Ifs replaced; other functions stay as they are."""
    if isinstance(value, list):
        return [v for v in (resolve(v, values, conditions) for v in value) if v is not NOTHING]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (name, inner), = value.items()
        if name == "Ref":
            if inner == "AWS::NoValue":
                return NOTHING
            return values.get(inner, f"ref:{inner}")
        if name == "Fn::Sub" and isinstance(inner, str):
            return re.sub(r"\$\{([\w:.]+)\}", lambda m: str(values.get(m[1], f"ref:{m[1]}")), inner)
        if name == "Fn::If":
            return resolve(inner[1] if conditions[inner[0]] else inner[2], values, conditions)
    out = {k: resolve(v, values, conditions) for k, v in value.items()}
    return {k: v for k, v in out.items() if v is not NOTHING}


def holds(condition, values, template):
    """A condition's truth."""
    (name, inner), = condition.items()
    if name == "Condition":
        return holds(template["Conditions"][inner], values, template)
    if name == "Fn::Equals":
        left, right = (scalar(v, values) for v in inner)
        return left == right
    parts = [holds(c, values, template) for c in inner]
    return {"Fn::Not": lambda: not parts[0], "Fn::And": lambda: all(parts), "Fn::Or": lambda: any(parts)}[name]()


def scalar(value, values):
    if isinstance(value, dict):
        (name, inner), = value.items()
        if name == "Ref":
            return values[inner]
        if name == "Fn::Join":
            return inner[0].join(scalar(inner[1], values))
        raise ValueError(f"not understood in a condition: {name}")
    return value


def resources(template, **given):
    """{logical name: (type, properties, attributes of the resource)} of those that are made with these parameters."""
    values = parameters(template, **given)
    conditions = {name: holds(c, values, template) for name, c in template.get("Conditions", {}).items()}
    return {name: (r["Type"], resolve(r.get("Properties", {}), values, conditions), r)
            for name, r in template["Resources"].items() if conditions.get(r.get("Condition"), True)}


def walk(value):
    """Every object in it."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for v in value:
            yield from walk(v)
