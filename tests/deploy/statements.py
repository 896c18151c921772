"""What a policy of ours must not say, whichever language it is written in."""
# Calls that know no resources ("Actions, resources, and condition keys for Amazon EC2"), which Lambda makes for a function in a VPC.
NETWORK = {"ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
           "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"}
# What says from where a service acts for us.
SOURCES = {"aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:PrincipalOrgID", "kms:EncryptionContext:aws:logs:arn"}


def listed(value):
    return value if isinstance(value, list) else [value]


def problems(statement, is_key=False):
    """Texts; a statement of a policy of resources has a Principal."""
    actions = [str(a) for a in listed(statement["Action"])]
    for action in actions:
        if "*" in action or ":" not in action:
            yield f"the action {action}"
    if "*" in [str(r) for r in listed(statement.get("Resource", ""))] and not is_key and not set(actions) <= NETWORK:
        yield f"{actions} on all resources"
    if "Principal" not in statement or statement["Effect"] != "Allow":
        return
    principal = statement["Principal"]
    keys = {k for block in statement.get("Condition", {}).values() for k in block}
    needs = principal == "*" or "Service" in principal and principal["Service"] not in ("lambda.amazonaws.com", "ec2.amazonaws.com")
    if needs and not keys & SOURCES:
        yield f"{principal} may {actions} for anybody: no condition on the source, only {sorted(keys)}"
    if principal == "*" and "aws:PrincipalOrgID" not in keys:
        yield "everybody, not only the organization"
