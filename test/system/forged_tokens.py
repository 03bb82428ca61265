"""Is every forged token refused, with a client's error and a reason, and every right one beside it accepted?

The tokens are made anew in each run: other keys, other ids. OPENIRSA_TEST_SEED makes those of an earlier run again.
"""

import json
import os
import random
import re
from pathlib import Path

from lib import aws, forge, forged_claims, forged_headers, forged_signatures, issuer, tokens
from lib.forgery import ACCEPTED, ACCOUNTLESS, STEPS, OwnTarget, Target
from lib.lane import AUDIENCE, CLUSTER, LaneTest

FORGERIES_BETWEEN_CONTROLS = 10
FORGERIES_AT_LEAST = 1500

# What the server may hold on to after thousands of forgeries: their traces, which are clipped, and its buffers.
MEMORY_GROWTH_MIB = 48
FLOOD = 2000


class ForgedTokens(LaneTest):
    @classmethod
    def setUpClass(cls):
        seed = os.environ.get("OPENIRSA_TEST_SEED") or random.SystemRandom().randrange(10**9)
        print(f"forged_tokens: OPENIRSA_TEST_SEED={seed}", flush=True)
        cls.rng = random.Random(int(seed))
        # The sanitizer's quarantine would hide what the server itself keeps.
        cls.start_server({"ASAN_OPTIONS": "quarantine_size_mb=1"})
        cls.issuer = cls.create_cluster()
        cls.other_issuer = cls.create_cluster("other")
        for cluster in (CLUSTER, "other"):
            cls.server.openirsa("utils", "associate-iam-oidc-provider", "--cluster", cluster, "--approve")
        cls.stranger = forge.RsaKey(cls.rng, "stranger")
        cls.own = cls.own_target()
        cls.make_foreign_targets()
        cls.forgeries = cls.controls = 0
        cls.sent = []

    @classmethod
    def own_target(cls):
        minted, another = (cls.server.create_token(CLUSTER, name) for name in ("web", "another"))
        other_header, _, _ = tokens.parts(cls.server.create_token("other", "web"))
        header, claims, _ = tokens.parts(minted)
        discovery = issuer.fetch(cls.server, cls.normal, f"{cls.issuer}/.well-known/openid-configuration")
        keys = issuer.fetch(cls.server, cls.normal, discovery["jwks_uri"])["keys"]
        jwk = next(key for key in keys if key["kid"] == header["kid"])
        role = cls.create_web_role(cls.issuer, "web", "web")
        return OwnTarget(
            minted,
            another,
            cls.rng,
            cls.issuer,
            role,
            claims["sub"],
            cls.stranger,
            audience=AUDIENCE,
            stranger=cls.stranger,
            other_kid=other_header["kid"],
            jwk=jwk,
        )

    @classmethod
    def make_foreign_targets(cls):
        """Issuers whose keys are uploaded and ours: one with several keys, one with a single key."""
        rsa, cubic = forge.RsaKey(cls.rng, "first"), forge.RsaKey(cls.rng, "cubic", exponent=3)
        beside, alone = forge.P256Key(cls.rng, "curve"), forge.P256Key(cls.rng, "alone")
        several = cls.create_issuer("several", [rsa, cubic, beside])
        single = cls.create_issuer("single", [alone])
        several_role = cls.create_web_role(several, "several", "web")
        single_role = cls.create_web_role(single, "single", "web")

        def target(url, role, key, **options):
            subject = "system:serviceaccount:default:web"
            return Target(cls.rng, url, role, subject, key, audience=AUDIENCE, stranger=cls.stranger, **options)

        cls.rsa = target(several, several_role, rsa, other_kid="alone", siblings=("cubic", "curve"))
        cls.cubic = target(several, several_role, cubic, other_kid="alone", siblings=("first", "curve"))
        cls.curve = target(single, single_role, alone, other_kid="first")

    @classmethod
    def create_issuer(cls, name, keys):
        """Registers an issuer whose keys are uploaded, and returns its URL."""
        url = f"https://{name}-{cls.rng.getrandbits(32):08x}.example/Tenant/{name}"
        cls.server.create_provider(url, [key.jwk() for key in keys])
        return url

    def send(self, target, case):
        answer = self.api.web_identity(target.role_arn, case.token)
        found = (answer.status, answer.code)
        told = f"{case.name}: {answer.text[:600]}\ntoken: {case.token[:4000]!a}"
        self.assertLess(answer.status, 500, told)
        self.assertEqual(found, case.outcome, told)
        if case.outcome == ACCEPTED:
            return
        request_id = answer.find("RequestId")
        explain = self.explain_as_administrator if case.outcome in ACCOUNTLESS else self.explain
        decision = explain(request_id)
        decisive = decision["decisive"]
        self.assertEqual((decision["outcome"], decision["requestId"]), ("refused", request_id), decision)
        self.assertIn(decisive["step"], {case.step} if case.step else STEPS[case.outcome], f"{told}\n{decisive}")
        self.assertTrue(decisive["code"] and decisive["detail"], decisive)

    def explain(self, request_id):
        answer = self.api.signed("openirsa", "GET", f"/openirsa/v1/decisions/{request_id}")
        self.assertEqual(answer.status, 200, answer.text)
        return json.loads(answer.body)["decision"]

    def explain_as_administrator(self, request_id):
        return json.loads(self.server.openirsa("explain", request_id, "--output", "json"))

    def control(self, target):
        answer = self.api.web_identity(target.role_arn, target.good())
        self.assertEqual(answer.status, 200, f"a right token: {answer.text}")
        type(self).controls += 1

    def attack(self, target, cases):
        """Sends them all, the right token after every tenth forgery and after the last."""
        since = 0
        self.control(target)
        for case in cases:
            with self.subTest(case.name):
                self.send(target, case)
            if case.outcome == ACCEPTED:
                type(self).controls += 1
                continue
            type(self).forgeries += 1
            type(self).sent.append((target.role_arn, case.token))
            since += 1
            if since == FORGERIES_BETWEEN_CONTROLS:
                self.control(target)
                since = 0
        self.control(target)

    def test_10_headers_of_a_stranger(self):
        self.attack(self.own, forged_headers.cases(self.own))

    def test_11_claims_of_a_stranger(self):
        self.attack(self.own, forged_claims.cases(self.own, self.other_issuer))

    def test_12_signatures_of_a_stranger(self):
        self.attack(self.own, forged_signatures.texts(self.own))
        self.attack(self.own, forged_signatures.any_key(self.own))

    def test_20_headers_that_an_rsa_key_signs(self):
        self.attack(self.rsa, forged_headers.cases(self.rsa))

    def test_21_claims_that_an_rsa_key_signs(self):
        self.attack(self.rsa, forged_claims.cases(self.rsa, self.issuer))

    def test_22_signatures_of_rsa(self):
        self.attack(self.rsa, forged_signatures.any_key(self.rsa))
        self.attack(self.rsa, forged_signatures.rsa(self.rsa))

    def test_23_signatures_of_rsa_with_an_exponent_of_three(self):
        self.attack(self.cubic, forged_signatures.rsa(self.cubic))

    def test_30_headers_that_a_curve_signs(self):
        self.attack(self.curve, forged_headers.cases(self.curve))

    def test_31_claims_that_a_curve_signs(self):
        self.attack(self.curve, forged_claims.cases(self.curve, self.issuer))

    def test_32_signatures_of_a_curve(self):
        self.attack(self.curve, forged_signatures.any_key(self.curve))
        self.attack(self.curve, forged_signatures.curve(self.curve))

    def test_90_enough_was_sent(self):
        print(f"forged_tokens: {self.forgeries} forgeries, {self.controls} right tokens", flush=True)
        self.assertGreaterEqual(self.forgeries, FORGERIES_AT_LEAST)
        self.assertGreaterEqual(self.controls * FORGERIES_BETWEEN_CONTROLS, self.forgeries)
        self.assertEqual(len({token for _, token in self.sent}), self.forgeries, "each is another token")

    def test_91_memory_stays_bounded(self):
        bodies = [aws.form("sts", "AssumeRoleWithWebIdentity", web_identity(*sent)) for sent in self.sent]
        before = self.memory_mib()
        for number in range(FLOOD):
            answer = self.api.send("POST", "/", {"content-type": aws.FORM}, bodies[number % len(bodies)])
            self.assertIn(answer.status, (400, 403), answer.text)
        self.control(self.own)
        grown = self.memory_mib() - before
        print(f"forged_tokens: {grown:.1f} MiB more after {FLOOD} forgeries, {before:.0f} MiB before", flush=True)
        self.assertLess(grown, MEMORY_GROWTH_MIB)

    def memory_mib(self):
        status = Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024


def web_identity(role_arn, token):
    return {"RoleArn": role_arn, "RoleSessionName": "system-test", "WebIdentityToken": token}
