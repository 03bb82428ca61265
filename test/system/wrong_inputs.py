"""Does every wrong token and every wrong request get AWS's answer, never a fault of ours, and never a hint?

All requests are made with Python's library alone, because no client's own library would send most of them.
"""

import json
import urllib.parse

from lib import aws, issuer, tokens
from lib.lane import AUDIENCE, CLUSTER, LaneTest

INVALID_TOKEN = (400, "InvalidIdentityToken")
DENIED = (403, "AccessDenied")
VALIDATION = (400, "ValidationError")

NOT_A_JWT = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
NOT_AUTHORIZED = "Not authorized to perform sts:AssumeRoleWithWebIdentity"


class WrongInputs(LaneTest):
    @classmethod
    def setUpClass(cls):
        cls.start_server()
        cls.issuer = cls.create_cluster()
        cls.server.openirsa("utils", "associate-iam-oidc-provider", "--cluster", CLUSTER, "--approve")
        cls.role_arn = cls.create_web_role(cls.issuer, "web", "web")
        cls.token = cls.server.create_token(CLUSTER, "web")
        cls.header, cls.claims, cls.signature = tokens.parts(cls.token)
        cls.key_path = tokens.new_rsa_key(cls.server.directory / "stranger.pem")

    def tearDown(self):
        """Whatever was sent, the server must still do its work."""
        answer = self.api.web_identity(self.role_arn, self.token)
        self.assertEqual(answer.status, 200, f"positive control: {answer.text}")

    def assert_answer(self, answer, expected):
        self.assertLess(answer.status, 500, answer.text)
        self.assertEqual((answer.status, answer.code), expected, answer.text)

    def assert_wrong_token(self, token, expected, message=None):
        """The caller learns nothing about roles: one that exists and one that does not get the same answer."""
        answers = [self.api.web_identity(arn, token) for arn in (self.role_arn, self.role_arn + "-missing")]
        for answer in answers:
            self.assert_answer(answer, expected)
            if message is not None:
                self.assertEqual(answer.message, message)
        existing, missing = answers
        self.assertEqual(self.without_request_id(existing), self.without_request_id(missing))

    @staticmethod
    def without_request_id(answer):
        return answer.text.replace(answer.find("RequestId"), "")

    def with_claims(self, **changes):
        return tokens.join(self.header, {**self.claims, **changes}, self.signature)

    def with_header(self, **changes):
        return tokens.join({**self.header, **changes}, self.claims, self.signature)

    def test_01_the_right_token_is_accepted(self):
        answer = self.api.web_identity(self.role_arn, self.token)
        self.assertEqual(answer.status, 200, answer.text)
        self.assertTrue(answer.find("SessionToken"))
        self.assertEqual(self.header["alg"], "RS256")

    def test_02_texts_that_are_no_token(self):
        header, claims, signature = self.token.split(".")
        cases = {
            "a word": "abcd",
            "dots alone": "....",
            "two parts": f"{header}.{claims}",
            "four parts": f"{self.token}.{signature}",
            "padding": f"{header}=.{claims}.{signature}",
            "a space": f"{header}.{claims} .{signature}",
            "standard base64": f"{header}.{claims}.{signature[:-2]}+/",
            "claims that are no JSON": f"{header}.{tokens.encode(b'{')}.{signature}",
            "claims that are a list": f"{header}.{tokens.encode(b'[]')}.{signature}",
            "claims that are no UTF-8": f"{header}.{tokens.encode(bytes([0xFF, 0xFE]))}.{signature}",
            "deep nesting": f"{header}.{tokens.encode(b'[' * 7000)}.{signature}",
            "letters of the longest length": "a" * 20000,
        }
        for name, token in cases.items():
            with self.subTest(name):
                self.assert_wrong_token(token, INVALID_TOKEN, NOT_A_JWT)

    def test_03_tokens_whose_signature_does_not_hold(self):
        flipped = bytes([self.signature[0] ^ 1]) + self.signature[1:]
        stranger = tokens.sign_rs256(self.header, self.claims, self.key_path)
        cases = {
            "one bit of the signature": tokens.join(self.header, self.claims, flipped),
            "signature cut short": tokens.join(self.header, self.claims, self.signature[:-1]),
            "signature of zeros": tokens.join(self.header, self.claims, bytes(len(self.signature))),
            # RFC 7519 §6.1: the form of an unsecured JWT, so it parses; nothing vouches for it.
            "no signature": tokens.join(self.header, self.claims, b""),
            "another subject": self.with_claims(sub="system:serviceaccount:kube-system:admin"),
            "a later expiry": self.with_claims(exp=self.claims["exp"] + 1),
            "a stranger's key under our key id": stranger,
            "an unknown key id": self.with_header(kid="unknown"),
            "a header with the key in it": self.with_header(jwk={"kty": "RSA", "n": "AQAB", "e": "AQAB"}),
            "another algorithm of the family": self.with_header(alg="RS512"),
            "an elliptic algorithm": self.with_header(alg="ES256"),
            "an unknown algorithm": self.with_header(alg="PS256"),
            "an extension that must be understood": self.with_header(crit=["b64"], b64=False),
        }
        for name, token in cases.items():
            with self.subTest(name):
                self.assert_wrong_token(token, INVALID_TOKEN)

    def test_04_tokens_that_need_no_key(self):
        for algorithm in ("none", "None", "NONE", "nOnE", ""):
            for signature in (b"", self.signature):
                with self.subTest(algorithm=algorithm, signed=bool(signature)):
                    header = {**self.header, "alg": algorithm}
                    self.assert_wrong_token(tokens.join(header, self.claims, signature), INVALID_TOKEN)

    def test_05_a_public_key_used_as_a_secret(self):
        discovery = issuer.fetch(self.server, self.normal, f"{self.issuer}/.well-known/openid-configuration")
        keys = issuer.fetch(self.server, self.normal, discovery["jwks_uri"])["keys"]
        jwk = next(key for key in keys if key["kid"] == self.header["kid"])
        for form, secret in tokens.public_key_forms(jwk).items():
            with self.subTest(form):
                token = tokens.sign_hmac({**self.header, "alg": "HS256"}, self.claims, secret)
                self.assert_wrong_token(token, INVALID_TOKEN)

    def test_06_issuers_that_are_not_ours_to_believe(self):
        unknown = "https://issuer.example/id/0123456789ABCDEF0123456789ABCDEF"
        self.assert_wrong_token(
            self.with_claims(iss=unknown),
            INVALID_TOKEN,
            f"No OpenIDConnect provider found in your account for {unknown}",
        )
        for name, other in {
            "a trailing slash": f"{self.issuer}/",
            "lower case": self.issuer.lower(),
            "the port spelt out": self.issuer.replace(".internal/", ".internal:443/"),
            "no scheme": self.issuer.removeprefix("https://"),
            "plain http": self.issuer.replace("https://", "http://"),
            "a private address": "https://127.0.0.1/id/1",
        }.items():
            with self.subTest(name):
                self.assert_wrong_token(self.with_claims(iss=other), INVALID_TOKEN)

    def test_07_a_cluster_without_a_provider(self):
        url = self.create_cluster("unassociated")
        token = self.server.create_token("unassociated", "web")
        self.assert_wrong_token(token, INVALID_TOKEN, f"No OpenIDConnect provider found in your account for {url}")

    def test_08_audiences_that_the_provider_does_not_list(self):
        for audience in ("someone.else", "STS.amazonaws.com", f"{AUDIENCE} ", f"{AUDIENCE}."):
            with self.subTest(audience):
                token = self.server.create_token(CLUSTER, "web", audience=audience)
                self.assert_wrong_token(token, INVALID_TOKEN, "Incorrect token audience")

    def test_09_subjects_that_the_trust_policy_does_not_name(self):
        for namespace, service_account in (("default", "other"), ("other", "web"), ("default", "web2")):
            with self.subTest(namespace=namespace, service_account=service_account):
                token = self.server.create_token(CLUSTER, service_account, namespace)
                self.assert_wrong_token(token, DENIED, NOT_AUTHORIZED)

    def test_10_the_right_token_for_a_role_that_is_not_there(self):
        """The twin of the case above: no role, no permission, the same words."""
        for arn in (
            f"{self.role_arn}-missing",
            self.role_arn.replace(":role/", ":role/some/path/"),
            self.role_arn.replace(":role/web", ":role/WEB2"),
        ):
            with self.subTest(arn):
                answer = self.api.web_identity(arn, self.token)
                self.assert_answer(answer, DENIED)
                self.assertEqual(answer.message, NOT_AUTHORIZED)

    def test_11_headers_and_claims_that_say_a_thing_twice(self):
        claims = json.dumps(self.claims)
        cases = {
            "algorithm twice": ('{"alg":"none",' + json.dumps(self.header)[1:], self.claims),
            "issuer twice": (self.header, '{"iss":"https://issuer.example",' + claims[1:]),
            "subject twice": (self.header, '{"sub":"system:serviceaccount:a:b",' + claims[1:]),
        }
        for name, (header, text) in cases.items():
            with self.subTest(name):
                self.assert_wrong_token(tokens.join(header, text, self.signature), INVALID_TOKEN)

    def test_12_parameters_out_of_bounds(self):
        cases = {
            "token of 3 characters": {"WebIdentityToken": "abc"},
            "token of 20,001 characters": {"WebIdentityToken": "a" * 20001},
            "empty token": {"WebIdentityToken": ""},
            "session name of one character": {"RoleSessionName": "a"},
            "session name of 65 characters": {"RoleSessionName": "a" * 65},
            "session name with a space": {"RoleSessionName": "a b"},
            "session name with a slash": {"RoleSessionName": "a/b"},
            "899 seconds": {"DurationSeconds": "899"},
            "43,201 seconds": {"DurationSeconds": "43201"},
            "more than the role's maximum": {"DurationSeconds": "3601"},
            "role that is no ARN": {"RoleArn": "this is not an amazon resource name"},
            "role that is too short": {"RoleArn": "arn:aws:iam::1:r"},
            "role that is a user": {"RoleArn": self.role_arn.replace(":role/", ":user/")},
        }
        for name, changes in cases.items():
            with self.subTest(name):
                given = {"RoleSessionName": "system-test", "RoleArn": self.role_arn, "WebIdentityToken": self.token}
                self.assert_answer(self.assume({**given, **changes}), VALIDATION)

    def test_13_parameters_that_are_absent(self):
        for absent in ("RoleSessionName", "RoleArn", "WebIdentityToken"):
            with self.subTest(absent):
                given = {"RoleSessionName": "system-test", "RoleArn": self.role_arn, "WebIdentityToken": self.token}
                del given[absent]
                self.assert_answer(self.assume(given), VALIDATION)

    def test_14_session_policies_that_are_no_policies(self):
        for policy in ("{", "[]", '{"Statement":[{"Effect":"Perhaps","Action":"*","Resource":"*"}]}'):
            with self.subTest(policy):
                answer = self.api.web_identity(self.role_arn, self.token, Policy=policy)
                self.assert_answer(answer, (400, "MalformedPolicyDocument"))

    def assume(self, parameters):
        body = aws.form("sts", "AssumeRoleWithWebIdentity", parameters)
        return self.api.send("POST", "/", {"content-type": aws.FORM}, body)

    def test_15_a_parameter_given_twice_is_refused(self):
        """Whichever comes first: something in front of us might have judged the other one."""
        right, wrong = (urllib.parse.quote(token) for token in (self.token, "not-a-token"))
        given = {"RoleArn": self.role_arn, "RoleSessionName": "system-test"}
        rest = aws.form("sts", "AssumeRoleWithWebIdentity", given).decode()
        for first, second in ((right, wrong), (wrong, right), (right, right)):
            body = f"{rest}&WebIdentityToken={first}&WebIdentityToken={second}"
            answer = self.api.send("POST", "/", {"content-type": aws.FORM}, body.encode())
            self.assert_answer(answer, VALIDATION)
