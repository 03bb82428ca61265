"""Is every acknowledged write still there when the server dies in the middle of a storm of them?

Each round: writers send creations, overwrites and deletions at once; the server is killed at a moment nobody chose
for it; after the restart each thing must be as it was last acknowledged, or as the one write in flight would leave it.
"""

import http.client
import json
import os
import random
import threading

from lib import aws
from lib.lane import CLUSTER, LaneTest, trust_policy

ROUNDS = 24
WRITERS = 8
STORM_DEADLINE_SECONDS = 30
ABSENT = None


class Ledger:
    """What the server acknowledged for each thing, and what it may have done without an answer reaching us."""

    def __init__(self):
        self.changed = threading.Condition()
        self.acknowledged = {}
        self.in_flight = {}
        self.count = 0

    def write(self, thing, state, send):
        """Sends one write; whoever calls owns the thing, so that at most one write of it is in flight."""
        with self.changed:
            self.in_flight[thing] = state
        answer = send()
        if answer.status != 200:
            raise AssertionError(f"{thing}: {answer.status} {answer.text}")
        with self.changed:
            self.acknowledged[thing] = self.in_flight.pop(thing)
            self.count += 1
            self.changed.notify_all()

    def wait_for(self, count):
        with self.changed:
            return self.changed.wait_for(lambda: self.count >= count, STORM_DEADLINE_SECONDS)

    def settle(self, thing, observed):
        """The reason why a thing observed after a restart is wrong, or nothing; what was in flight is decided now."""
        expected = [self.acknowledged.get(thing, ABSENT)]
        if thing in self.in_flight:
            expected.append(self.in_flight.pop(thing))
        self.acknowledged[thing] = observed
        if observed in expected:
            return None
        return f"{thing} is {observed!r}, acknowledged {expected[0]!r}, in flight {expected[1:]!r}"


class Writer(threading.Thread):
    """Writes until the connection breaks: its roles one after another, and its own tag on a provider all share."""

    def __init__(self, number, test, round_number):
        super().__init__(name=f"writer-{number}")
        self.api = aws.Api(test.normal, test.admin)
        self.ledger, self.provider_arn, self.trust = test.ledger, test.provider_arn, test.trust
        self.round_number = round_number
        self.failure = None

    def run(self):
        try:
            number = 0
            while True:
                self.write_role(f"{self.name}-{self.round_number}-{number}", keep=number % 2 == 0)
                self.write_provider_tag(f"{self.round_number}.{number}")
                number += 1
        except (OSError, http.client.HTTPException):
            # The kill: from here on nothing is acknowledged.
            pass
        except Exception as failure:  # reported by the test's own thread
            self.failure = failure
        finally:
            self.api.close()

    def write(self, thing, state, action, **parameters):
        self.ledger.write(thing, state, lambda: self.api.query("iam", action, **parameters))

    def write_role(self, role, keep):
        thing = ("role", role)
        self.write(thing, "", "CreateRole", RoleName=role, AssumeRolePolicyDocument=self.trust)
        for state in ("1", "2"):
            tag = {"Tags.member.1.Key": "state", "Tags.member.1.Value": state}
            self.write(thing, state, "TagRole", RoleName=role, **tag)
        if not keep:
            self.write(thing, ABSENT, "DeleteRole", RoleName=role)

    def write_provider_tag(self, value):
        tag = {"Tags.member.1.Key": self.name, "Tags.member.1.Value": value}
        arn = {"OpenIDConnectProviderArn": self.provider_arn}
        self.write(("provider tag", self.name), value, "TagOpenIDConnectProvider", **arn, **tag)


class Crash(LaneTest):
    @classmethod
    def setUpClass(cls):
        cls.start_server()
        issuer = cls.create_cluster()
        cls.server.openirsa("utils", "associate-iam-oidc-provider", "--cluster", CLUSTER, "--approve")
        cls.provider_arn = f"arn:aws:iam::{cls.account}:oidc-provider/{issuer.removeprefix('https://')}"
        cls.trust = json.dumps(trust_policy(cls.account, issuer, "default", "web"))
        cls.ledger = Ledger()

    def test_acknowledged_writes_survive_sigkill(self):
        seed = int(os.environ.get("OPENIRSA_TEST_SEED") or random.randrange(1 << 32))
        chance = random.Random(seed)
        for round_number in range(ROUNDS):
            told = f"round {round_number}, OPENIRSA_TEST_SEED={seed}"
            self.storm(round_number, chance.randrange(20, 300), told)
            self.server.start()
            wrong = self.compare()
            self.assertEqual(wrong, [], told)
            self.make_room()
        self.assertGreater(self.ledger.count, ROUNDS * 20)

    def storm(self, round_number, writes, told):
        self.api.close()
        writers = [Writer(number, self, round_number) for number in range(WRITERS)]
        enough = self.ledger.count + writes
        for writer in writers:
            writer.start()
        reached = self.ledger.wait_for(enough)
        self.server.kill()
        for writer in writers:
            writer.join(STORM_DEADLINE_SECONDS)
        stuck = [writer.name for writer in writers if writer.is_alive()]
        self.assertEqual(stuck, [], told)
        failures = [repr(writer.failure) for writer in writers if writer.failure]
        self.assertEqual(failures, [], told)
        self.assertTrue(reached, f"{told}: fewer than {writes} writes in {STORM_DEADLINE_SECONDS} s")

    def compare(self):
        """Everything that differs from the ledger; things the ledger never heard of count too."""
        observed = self.observe()
        things = set(observed) | set(self.ledger.acknowledged) | set(self.ledger.in_flight)
        settled = (self.ledger.settle(thing, observed.get(thing, ABSENT)) for thing in sorted(things))
        return [reason for reason in settled if reason]

    def observe(self):
        provider = self.must("iam", "ListOpenIDConnectProviderTags", OpenIDConnectProviderArn=self.provider_arn)
        tags = {tag.findtext("Key"): tag.findtext("Value") for tag in provider.root.find(".//Tags")}
        observed = {("provider tag", f"writer-{n}"): tags.get(f"writer-{n}") for n in range(WRITERS)}
        for role in self.list_roles():
            state = self.must("iam", "ListRoleTags", RoleName=role).find("Value")
            observed[("role", role)] = state or ""
        return observed

    def list_roles(self):
        names, marker = [], {}
        while True:
            page = self.must("iam", "ListRoles", **marker)
            names += [name.text for name in page.root.iter("RoleName") if name.text.startswith("writer-")]
            if page.find("IsTruncated") != "true":
                return names
            marker = {"Marker": page.find("Marker")}

    def make_room(self):
        """Keeps the account far from its role quota; what is deleted here must stay deleted after the next kill."""
        alive = [
            thing for thing, state in self.ledger.acknowledged.items() if thing[0] == "role" and state is not ABSENT
        ]
        for thing in alive[: max(0, len(alive) - 100)]:
            self.ledger.write(thing, ABSENT, lambda role=thing[1]: self.api.query("iam", "DeleteRole", RoleName=role))
