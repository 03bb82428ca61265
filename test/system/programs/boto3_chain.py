"""Runs under the lab's Python, whose boto3 is the client under test; prints what happened as one JSON object."""

import json
import sys
from datetime import timedelta

import boto3
import botocore.credentials
import botocore.exceptions


def identity():
    """Who the default credential chain makes us, and by which of its links."""
    session = boto3.Session()
    credentials = session.get_credentials()
    caller = session.client("sts").get_caller_identity()
    return {
        "method": credentials.method,
        "arn": caller["Arn"],
        "clusters": session.client("eks").list_clusters()["clusters"],
    }


def refresh(token_file, next_token_file):
    """Uses credentials on both sides of a refresh, with the kubelet's rotation of the token file in between."""
    session = boto3.Session()
    sts = session.client("sts")
    credentials = session.get_credentials()
    arns = [sts.get_caller_identity()["Arn"]]
    keys = [credentials.get_frozen_credentials().access_key]
    keys.append(credentials.get_frozen_credentials().access_key)
    with open(next_token_file) as source, open(token_file, "w") as target:
        target.write(source.read())
    # Less than ten minutes of the hour are left: botocore must exchange the token again before the next call. Only
    # the clocks that it judges expiry by are moved, one of the credentials and one of its cache of exchanges;
    # signatures keep the real time.
    real_time = botocore.credentials._local_now
    botocore.credentials._local_now = credentials._time_fetcher = lambda: real_time() + timedelta(minutes=55)
    try:
        keys.append(credentials.get_frozen_credentials().access_key)
    except botocore.exceptions.ClientError as error:
        return {"arns": arns, "keys": keys, "refresh": error.response["Error"]["Code"]}
    botocore.credentials._local_now = credentials._time_fetcher = real_time
    arns.append(sts.get_caller_identity()["Arn"])
    return {"arns": arns, "keys": keys, "refresh": "done"}


def exchange(role_arn, token):
    """One explicit exchange and the error that boto3 makes of a refusal."""
    sts = boto3.client("sts")
    try:
        answer = sts.assume_role_with_web_identity(
            RoleArn=role_arn, RoleSessionName="from-boto3", WebIdentityToken=token
        )
    except botocore.exceptions.ClientError as error:
        return {
            "code": error.response["Error"]["Code"],
            "message": error.response["Error"]["Message"],
            "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
            "exception": type(error).__name__,
            "retries": error.response["ResponseMetadata"]["RetryAttempts"],
        }
    return {"arn": answer["AssumedRoleUser"]["Arn"]}


if __name__ == "__main__":
    program = {"identity": identity, "refresh": refresh, "exchange": exchange}[sys.argv[1]]
    print(json.dumps(program(*sys.argv[2:])))
