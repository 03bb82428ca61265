"""Requests that meet a policy document: what it names with its wildcards filled in, and near misses."""

import json

# Of services that many policies touch, whatever the document says.
COMMON_ACTIONS = (
    "account:GetPrimaryEmail", "autoscaling:DescribeAutoScalingGroups", "cloudwatch:PutMetricData",
    "dynamodb:GetItem", "dynamodb:PutItem", "ec2:CreateTags", "ec2:DescribeInstances", "ec2:RunInstances",
    "ecr:BatchGetImage", "ecr:PutImage", "eks:DescribeCluster", "iam:CreateRole", "iam:GetRole", "iam:PassRole",
    "kms:Decrypt", "logs:PutLogEvents", "organizations:DescribeOrganization", "s3:DeleteBucket", "s3:GetObject",
    "s3:ListBucket", "s3:PutObject", "secretsmanager:GetSecretValue", "sns:Publish", "sqs:SendMessage",
    "ssm:GetParameter", "sts:AssumeRole", "sts:GetCallerIdentity",
)
COMMON_RESOURCES = ("arn:aws:s3:::other-bucket/key", "arn:aws:iam::111122223333:role/other")
LIST_OPERATORS = ("ForAllValues:", "ForAnyValue:")


def listed(value):
    return value if isinstance(value, list) else [value]


def statements(document):
    return listed(document["Statement"])


def filled(pattern):
    return pattern.replace("*", "sample").replace("?", "x")


def actions(*documents):
    """Every action that a pattern names in full, some that it covers, and one that it just misses."""
    found = set(COMMON_ACTIONS)
    for document in documents:
        for statement in statements(document):
            for pattern in listed(statement.get("Action", [])) + listed(statement.get("NotAction", [])):
                if pattern != "*":
                    found |= {filled(pattern), pattern.replace("*", "").replace("?", "x"), filled(pattern) + "Not"}
    # A service alone names no action.
    return sorted(action for action in found if not action.endswith(":"))


def resources(*documents):
    found = set(COMMON_RESOURCES)
    for document in documents:
        for statement in statements(document):
            for pattern in listed(statement.get("Resource", [])) + listed(statement.get("NotResource", [])):
                if pattern != "*" and "${" not in pattern:
                    found.add(filled(pattern))
    return sorted(found)


def _entry(operator, key, values):
    several = operator.startswith(LIST_OPERATORS)
    entry = {"ContextKeyName": key, "ContextKeyType": "stringList" if several else "string"}
    for number, value in enumerate(values if several else values[:1], 1):
        entry[f"ContextKeyValues.member.{number}"] = filled(str(value).lower() if isinstance(value, bool) else value)
    return entry


def contexts(*documents):
    """None, and for each condition block one in which it holds (where a value of its own can make it hold)."""
    found = {"{}": {}}
    for document in documents:
        for statement in statements(document):
            block = statement.get("Condition", {})
            entries = {}
            for operator, keys in block.items():
                for key, values in keys.items():
                    absent = operator == "Null" and str(listed(values)[0]).lower() == "true"
                    if not absent:
                        entries[key] = _entry(operator, key, sorted(listed(values), key=str))
            found[json.dumps(entries, sort_keys=True)] = entries
    return list(found.values())
