"""Does every change of what an account trusts count from the next request on, and in that account alone?

The issuers here are ours: their keys are uploaded, so that each account can be given others for the same URL.
"""

import json
import random
import time
import urllib.parse

from lib import aws, forge
from lib.clients import Credentials
from lib.forgery import ACCEPTED, DENIED, INVALID
from lib.lane import AUDIENCE, CLUSTER, LaneTest, trust_policy

ISSUER = "https://issuer.example/Tenant/one"
SUBJECT = "system:serviceaccount:default:web"


class TrustChanges(LaneTest):
    @classmethod
    def setUpClass(cls):
        cls.start_server()
        rng = random.SystemRandom()
        cls.first, cls.second = forge.P256Key(rng, "first"), forge.P256Key(rng, "second")
        cls.server.create_provider(ISSUER, [cls.first.jwk()])
        cls.role_arn = cls.create_web_role(ISSUER, "web", "web")
        cls.provider_arn = f"arn:aws:iam::{cls.account}:oidc-provider/{ISSUER.removeprefix('https://')}"

    def setUp(self):
        """Each test starts and ends with what the class made."""
        self.assert_outcome(ACCEPTED, self.token(self.first))
        self.assert_outcome(INVALID, self.token(self.second))

    tearDown = setUp

    @staticmethod
    def token(key, issuer=ISSUER, audience=AUDIENCE):
        now = int(time.time())
        claims = {"iss": issuer, "aud": audience, "sub": SUBJECT, "iat": now, "exp": now + 600}
        return forge.signed(key, {"alg": key.algorithm, "kid": key.kid}, claims)

    def assert_outcome(self, outcome, token, role_arn=None, message=None):
        answer = self.api.web_identity(role_arn or self.role_arn, token)
        self.assertEqual((answer.status, answer.code), outcome, answer.text)
        if message is not None:
            self.assertEqual(answer.message, message)

    def publish(self, *keys):
        path = self.server.write_keys([key.jwk() for key in keys])
        self.server.openirsa("update", "provider", "--issuer", ISSUER, "--jwks", str(path))

    def test_01_a_replaced_key_set(self):
        old, new = self.token(self.first), self.token(self.second)
        for _ in range(5):
            self.publish(self.second)
            self.assert_outcome(INVALID, old)
            self.assert_outcome(ACCEPTED, new)
            self.publish(self.first)
            self.assert_outcome(ACCEPTED, old)
            self.assert_outcome(INVALID, new)

    def test_02_a_revoked_key(self):
        self.publish(self.first, self.second)
        self.assert_outcome(ACCEPTED, self.token(self.first))
        self.assert_outcome(ACCEPTED, self.token(self.second))
        self.publish(self.first)
        self.assert_outcome(INVALID, self.token(self.second))

    def test_03_another_key_under_the_same_id(self):
        twin = forge.P256Key(random.SystemRandom(), self.first.kid)
        self.publish(twin)
        self.assert_outcome(INVALID, self.token(self.first))
        self.assert_outcome(ACCEPTED, self.token(twin))
        self.publish(self.first)
        self.assert_outcome(INVALID, self.token(twin))

    def test_04_a_removed_client_id(self):
        given = {"OpenIDConnectProviderArn": self.provider_arn, "ClientID": AUDIENCE}
        self.must("iam", "RemoveClientIDFromOpenIDConnectProvider", **given)
        self.assert_outcome(INVALID, self.token(self.first), message="Incorrect token audience")
        self.must("iam", "AddClientIDToOpenIDConnectProvider", **given)

    def test_05_a_deleted_provider(self):
        missing = f"No OpenIDConnect provider found in your account for {ISSUER}"
        self.server.openirsa("delete", "provider", "--issuer", ISSUER)
        self.assert_outcome(INVALID, self.token(self.first), message=missing)
        # Its keys went with it: another provider of the same name starts anew.
        self.server.create_provider(ISSUER, [self.second.jwk()])
        self.assert_outcome(INVALID, self.token(self.first))
        self.assert_outcome(ACCEPTED, self.token(self.second))
        self.publish(self.first)

    def test_06_a_changed_trust_policy(self):
        policies = [json.dumps(trust_policy(self.account, ISSUER, "default", name)) for name in ("other", "web")]
        for policy, outcome in zip(policies, (DENIED, ACCEPTED)):
            self.must("iam", "UpdateAssumeRolePolicy", RoleName="web", PolicyDocument=policy)
            self.assert_outcome(outcome, self.token(self.first))

    def test_07_a_deleted_role(self):
        arn = self.create_web_role(ISSUER, "short-lived", "web")
        self.assert_outcome(ACCEPTED, self.token(self.first), arn)
        self.must("iam", "DeleteRole", RoleName="short-lived")
        self.assert_outcome(DENIED, self.token(self.first), arn)

    def test_08_a_cluster_of_the_server_itself(self):
        issuer = self.create_cluster()
        self.server.openirsa("utils", "associate-iam-oidc-provider", "--cluster", CLUSTER, "--approve")
        arn = self.create_web_role(issuer, "cluster", "web")
        token = self.server.create_token(CLUSTER, "web")
        provider = f"arn:aws:iam::{self.account}:oidc-provider/{issuer.removeprefix('https://')}"
        self.assert_outcome(ACCEPTED, token, arn)
        self.must("iam", "DeleteOpenIDConnectProvider", OpenIDConnectProviderArn=provider)
        self.assert_outcome(INVALID, token, arn)
        self.server.openirsa("utils", "associate-iam-oidc-provider", "--cluster", CLUSTER, "--approve")
        self.assert_outcome(ACCEPTED, token, arn)
        self.server.openirsa("delete", "cluster", "--name", CLUSTER)
        self.assert_outcome(INVALID, token, arn)


class TwoAccounts(TrustChanges):
    """The same questions while another account trusts another key for the same issuer URL."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        made = json.loads(cls.server.openirsa("create", "account", "neighbour", "--output", "json"))
        key = made["accessKey"]
        cls.neighbour = made["account"]["accountId"]
        credentials = Credentials(key["accessKeyId"], key["secretAccessKey"], "")
        cls.neighbours_api = aws.Api(cls.normal, credentials)
        cls.addClassCleanup(cls.neighbours_api.close)
        cls.neighbours_role_arn = cls.let_the_neighbour_trust()

    @classmethod
    def let_the_neighbour_trust(cls):
        """A provider with the second key and a role, both under the names that the first account has."""
        given = {"Url": ISSUER, "ClientIDList.member.1": AUDIENCE, "ThumbprintList.member.1": "0" * 40}
        cls.neighbour_must(cls.neighbours_api.query("iam", "CreateOpenIDConnectProvider", **given))
        cls.neighbour_must(cls.upload_as_neighbour(cls.neighbours_provider_arn(ISSUER), cls.second))
        policy = json.dumps(trust_policy(cls.neighbour, ISSUER, "default", "web"))
        role = cls.neighbours_api.query("iam", "CreateRole", RoleName="web", AssumeRolePolicyDocument=policy)
        return cls.neighbour_must(role).find("Arn")

    @classmethod
    def neighbours_provider_arn(cls, issuer):
        return f"arn:aws:iam::{cls.neighbour}:oidc-provider/{issuer.removeprefix('https://')}"

    @classmethod
    def upload_as_neighbour(cls, provider_arn, key):
        path = f"/openirsa/v1/providers/{urllib.parse.quote(provider_arn, safe='')}/keys"
        body = json.dumps({"jwks": json.dumps({"keys": [key.jwk()]})}).encode()
        return cls.neighbours_api.signed("openirsa", "PUT", path, {"content-type": "application/json"}, body)

    @staticmethod
    def neighbour_must(answer):
        if answer.status != 200:
            raise AssertionError(f"the other account's call: {answer.status} {answer.text}")
        return answer

    def setUp(self):
        """Each account believes its own key, and that one alone."""
        super().setUp()
        self.assert_outcome(ACCEPTED, self.token(self.second), self.neighbours_role_arn)
        self.assert_outcome(INVALID, self.token(self.first), self.neighbours_role_arn)

    tearDown = setUp

    def test_10_keys_for_a_provider_of_another_account(self):
        for arn in (self.provider_arn, self.neighbours_provider_arn("https://issuer.example/Tenant/none")):
            answer = self.upload_as_neighbour(arn, self.second)
            self.assertIn(answer.status, (400, 403, 404), answer.text)

    def test_11_keys_for_a_cluster_of_another_account(self):
        issuer = self.create_cluster("first-accounts")
        given = {"Url": issuer, "ClientIDList.member.1": AUDIENCE, "ThumbprintList.member.1": "0" * 40}
        self.neighbour_must(self.neighbours_api.query("iam", "CreateOpenIDConnectProvider", **given))
        answer = self.upload_as_neighbour(self.neighbours_provider_arn(issuer), self.second)
        self.assertEqual((answer.status, answer.code), (400, "InvalidParameterException"), answer.text)
        policy = json.dumps(trust_policy(self.neighbour, issuer, "default", "web"))
        role = self.neighbours_api.query("iam", "CreateRole", RoleName="cluster", AssumeRolePolicyDocument=policy)
        arn = self.neighbour_must(role).find("Arn")
        self.assert_outcome(INVALID, self.token(self.second, issuer), arn)
        # A server's own issuers resolve for every account, with their own keys.
        self.assert_outcome(ACCEPTED, self.server.create_token("first-accounts", "web"), arn)

    def test_12_the_other_account_deletes_its_provider(self):
        given = {"OpenIDConnectProviderArn": self.neighbours_provider_arn(ISSUER)}
        self.neighbour_must(self.neighbours_api.query("iam", "DeleteOpenIDConnectProvider", **given))
        self.assert_outcome(INVALID, self.token(self.second), self.neighbours_role_arn)
        self.assert_outcome(ACCEPTED, self.token(self.first))
        given = {"Url": ISSUER, "ClientIDList.member.1": AUDIENCE, "ThumbprintList.member.1": "0" * 40}
        self.neighbour_must(self.neighbours_api.query("iam", "CreateOpenIDConnectProvider", **given))
        self.neighbour_must(self.upload_as_neighbour(self.neighbours_provider_arn(ISSUER), self.second))
