"""Does boto3 in a pod find, use and renew credentials by itself, and does it understand our refusals?"""

import json
from pathlib import Path

from lib import tokens
from lib.clients import Shell, exported, find_client
from lib.lane import CLUSTER, LaneTest, permissions

PROGRAM = Path(__file__).resolve().parent / "programs" / "boto3_chain.py"

# A pod has no keys of its own: with one of these set, the chain would never come to the token.
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SHARED_CREDENTIALS_FILE", "AWS_PROFILE")


class Boto3Steps:
    verbatim = False

    @classmethod
    def setUpClass(cls):
        cls.python = find_client("boto3")
        cls.start_server()
        issuer = cls.create_cluster()
        cls.server.openirsa("utils", "associate-iam-oidc-provider", "--cluster", CLUSTER, "--approve")
        cls.role_arn = cls.create_web_role(issuer, "web", "web")
        policy = json.dumps(permissions("eks:ListClusters"))
        cls.must("iam", "PutRolePolicy", RoleName="web", PolicyName="list-clusters", PolicyDocument=policy)
        environment = exported(cls.server, verbatim=cls.verbatim)
        cls.shell = Shell({name: value for name, value in environment.items() if name not in KEYS}, {})
        cls.addClassCleanup(cls.shell.close)
        cls.token_file = cls.shell.home / "token"

    def setUp(self):
        self.shell.write("token", self.server.create_token(CLUSTER, "web"))

    def boto3(self, *arguments, variables=None):
        done = self.shell.run(self.python, "-I", "-B", str(PROGRAM), *arguments, variables=variables)
        return json.loads(self.assert_success(done))

    def pod_variables(self):
        """What the webhook puts into a pod."""
        return {
            "AWS_ROLE_ARN": self.role_arn,
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(self.token_file),
            "AWS_ROLE_SESSION_NAME": "pod",
        }

    @property
    def session_arn(self):
        return f"arn:aws:sts::{self.account}:assumed-role/web/pod"

    def test_01_the_default_chain_finds_the_token(self):
        outcome = self.boto3("identity", variables=self.pod_variables())
        self.assertEqual(
            outcome, {"method": "assume-role-with-web-identity", "arn": self.session_arn, "clusters": [CLUSTER]}
        )

    def test_02_credentials_are_refreshed_once_from_the_rotated_token(self):
        following = self.shell.write("next-token", self.server.create_token(CLUSTER, "web"))
        outcome = self.boto3("refresh", str(self.token_file), str(following), variables=self.pod_variables())
        self.assertEqual(outcome["refresh"], "done")
        self.assertEqual(outcome["arns"], [self.session_arn] * 2)
        first, still_first, second = outcome["keys"]
        self.assertEqual(still_first, first)
        self.assertNotEqual(second, first)

    def test_03_a_refresh_reads_the_token_file_again(self):
        following = self.shell.write("next-token", self.server.create_token(CLUSTER, "other"))
        outcome = self.boto3("refresh", str(self.token_file), str(following), variables=self.pod_variables())
        self.assertEqual(outcome["refresh"], "AccessDenied")

    def test_04_refusals_arrive_as_boto3s_own_errors(self):
        header, claims, signature = tokens.parts(self.token_file.read_text())
        altered = bytes([signature[0] ^ 1]) + signature[1:]
        cases = {
            "altered signature": (tokens.join(header, claims, altered), "InvalidIdentityToken", 400),
            "unknown issuer": (
                tokens.join(header, {**claims, "iss": "https://issuer.example"}, signature),
                *("InvalidIdentityToken", 400),
            ),
            "wrong audience": (
                self.server.create_token(CLUSTER, "web", audience="someone.else"),
                *("InvalidIdentityToken", 400),
            ),
            "not a token": ("not-a-token", "InvalidIdentityToken", 400),
            "another service account": (self.server.create_token(CLUSTER, "other"), "AccessDenied", 403),
        }
        exceptions = {"InvalidIdentityToken": "InvalidIdentityTokenException", "AccessDenied": "ClientError"}
        for name, (token, code, status) in cases.items():
            with self.subTest(name):
                outcome = self.boto3("exchange", self.role_arn, token)
                self.assertEqual((outcome.get("code"), outcome.get("status")), (code, status), outcome)
                self.assertEqual(outcome["exception"], exceptions[code])
                # A permanent fault must not look like one worth retrying.
                self.assertEqual(outcome["retries"], 0)

    def test_05_the_same_exchange_succeeds_with_the_right_token(self):
        outcome = self.boto3("exchange", self.role_arn, self.token_file.read_text())
        self.assertEqual(outcome, {"arn": f"arn:aws:sts::{self.account}:assumed-role/web/from-boto3"})


class Boto3Normal(Boto3Steps, LaneTest):
    pass


class Boto3Verbatim(Boto3Steps, LaneTest):
    verbatim = True
