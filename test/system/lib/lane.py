"""What the lanes share: a server per test class, and checks on a client's outcome."""

import json
import unittest

from . import aws, clients
from .server import Server

CLUSTER = "my-cluster"
AUDIENCE = "sts.amazonaws.com"


def trust_policy(account, issuer, namespace, service_account):
    """The trust policy that the EKS guide tells users to write for one service account."""
    host_and_path = issuer.removeprefix("https://")
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::{account}:oidc-provider/{host_and_path}"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {
                        f"{host_and_path}:aud": AUDIENCE,
                        f"{host_and_path}:sub": f"system:serviceaccount:{namespace}:{service_account}",
                    }
                },
            }
        ],
    }


def permissions(action):
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


class LaneTest(unittest.TestCase):
    """Tests of one class share one server and run in the order of their names: they are the steps of one story."""

    server = None
    longMessage = True

    @classmethod
    def start_server(cls, settings=None):
        cls.server = Server(settings)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.normal = clients.exported(cls.server)
        cls.admin = clients.Credentials.of(cls.normal)
        cls.api = aws.Api(cls.normal, cls.admin)
        cls.addClassCleanup(cls.api.close)
        cls.account = cls.api.query("sts", "GetCallerIdentity").find("Account")

    @classmethod
    def open_shell(cls, tools, *, verbatim=False):
        environment = clients.exported(cls.server, verbatim=True) if verbatim else cls.normal
        shell = clients.Shell(environment, tools)
        cls.addClassCleanup(shell.close)
        return shell

    @classmethod
    def create_cluster(cls, name=CLUSTER):
        """Makes a cluster and returns its issuer."""
        cls.server.openirsa("create", "cluster", "--name", name)
        return cls.describe_cluster(name)["identity"]["oidc"]["issuer"]

    @classmethod
    def describe_cluster(cls, name=CLUSTER):
        answer = cls.api.signed("eks", "GET", f"/clusters/{name}")
        if answer.status != 200:
            raise AssertionError(f"DescribeCluster: {answer.status} {answer.text}")
        return json.loads(answer.body)["cluster"]

    @classmethod
    def must(cls, service, action, **parameters):
        """A signed query call that only prepares the ground."""
        answer = cls.api.query(service, action, **parameters)
        if answer.status != 200:
            raise AssertionError(f"{action}: {answer.status} {answer.text}")
        return answer

    @classmethod
    def create_web_role(cls, issuer, name, service_account, namespace="default"):
        policy = json.dumps(trust_policy(cls.account, issuer, namespace, service_account))
        return cls.must("iam", "CreateRole", RoleName=name, AssumeRolePolicyDocument=policy).find("Arn")

    def assert_success(self, done):
        if done.returncode != 0:
            self.fail(f"{_shown(done)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def assert_refused(self, done, status, *texts):
        """The client must fail with exactly this exit status, and say each of the texts on stderr."""
        told = f"{_shown(done)}:\n{done.stdout}{done.stderr}"
        self.assertEqual(done.returncode, status, told)
        for text in texts:
            self.assertIn(text, done.stderr, told)


def _shown(done):
    return " ".join(str(word) for word in done.args)
