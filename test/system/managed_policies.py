"""Do our copies of AWS's managed policies allow and deny what moto's copies of them do?"""

import json
import runpy
import urllib.parse
from pathlib import Path

from lib import policy_samples
from lib.clients import find_client
from lib.lane import LaneTest

# Where ours means something else, and why. The lane prints them.
DIFFERENCES = {}

AT_LEAST = 142
ACTIONS_A_CALL = 400
# Of a document that names thousands of actions, fewer resources are tried.
MANY_ACTIONS = 1000


def moto_policies(python):
    (source,) = Path(python).parent.parent.glob("lib/python3*/site-packages/moto/iam/aws_managed_policies.py")
    return json.loads(runpy.run_path(str(source))["aws_managed_policies_data"])


class ManagedPolicies(LaneTest):
    @classmethod
    def setUpClass(cls):
        cls.theirs = moto_policies(find_client("moto"))
        cls.start_server()
        cls.ours = cls.list_ours()

    @classmethod
    def list_ours(cls):
        answer = cls.must("iam", "ListPolicies", Scope="AWS", MaxItems="1000")
        documents = {}
        for policy in answer.root.iterfind(".//Policies/member"):
            version = cls.must(
                "iam", "GetPolicyVersion", PolicyArn=policy.findtext("Arn"),
                VersionId=policy.findtext("DefaultVersionId"),
            )
            document = json.loads(urllib.parse.unquote(version.find("Document")))
            documents[policy.findtext("PolicyName")] = (policy.findtext("Path"), document)
        return documents

    def decisions(self, document, actions, resources, context):
        """{(action, resource): decision}, by the server's own simulator."""
        found = {}
        for start in range(0, len(actions), ACTIONS_A_CALL):
            parameters = {"PolicyInputList.member.1": json.dumps(document, separators=(",", ":")), "MaxItems": "1000"}
            for number, action in enumerate(actions[start:start + ACTIONS_A_CALL], 1):
                parameters[f"ActionNames.member.{number}"] = action
            for number, resource in enumerate(resources, 1):
                parameters[f"ResourceArns.member.{number}"] = resource
            for number, entry in enumerate(context.values(), 1):
                for name, value in entry.items():
                    parameters[f"ContextEntries.member.{number}.{name}"] = value
            answer = self.must("iam", "SimulateCustomPolicy", **parameters)
            for result in answer.root.iterfind(".//EvaluationResults/member"):
                action = result.findtext("EvalActionName")
                found[action, "*"] = result.findtext("EvalDecision")
                for one in result.iterfind("ResourceSpecificResults/member"):
                    found[action, one.findtext("EvalResourceName")] = one.findtext("EvalResourceDecision")
        return found

    def compare(self, ours, theirs):
        """The requests on which two documents differ, and how many were decided how."""
        actions = policy_samples.actions(ours, theirs)
        resources = policy_samples.resources(ours, theirs)
        if len(actions) > MANY_ACTIONS:
            resources = resources[:3]
        different, mix = [], {}
        for named in ([], resources):
            for context in policy_samples.contexts(ours, theirs):
                wanted = self.decisions(theirs, actions, named, context)
                got = self.decisions(ours, actions, named, context)
                self.assertEqual(len(wanted), len(actions) * (len(named) + 1))
                different += [(key, got[key], wanted[key]) for key in wanted if got[key] != wanted[key]]
                for decision in wanted.values():
                    mix[decision] = mix.get(decision, 0) + 1
        return different, mix

    def test_01_each_is_one_of_aws_under_its_own_path(self):
        self.assertGreaterEqual(len(self.ours), AT_LEAST)
        for name, (path, _) in self.ours.items():
            self.assertIn(name, self.theirs)
            self.assertEqual(path, self.theirs[name]["Path"], name)

    def test_02_a_difference_would_be_seen(self):
        different, _ = self.compare(
            self.ours["AmazonS3ReadOnlyAccess"][1], self.theirs["AmazonS3FullAccess"]["Document"]
        )
        self.assertIn((("s3:PutObject", "*"), "implicitDeny", "allowed"), different)

    def test_03_each_allows_and_denies_the_same(self):
        total = {}
        for name, (_, document) in sorted(self.ours.items()):
            with self.subTest(policy=name):
                different, mix = self.compare(document, self.theirs[name]["Document"])
                for decision, count in mix.items():
                    total[decision] = total.get(decision, 0) + count
                if name in DIFFERENCES:
                    print(f"{name} differs on {len(different)} samples: {DIFFERENCES[name]}")
                    self.assertTrue(different, "the difference is gone: name it no longer")
                else:
                    self.assertEqual(different[:10], [])
        print(f"{len(self.ours)} policies, {sum(total.values())} samples each way: {total}")
        self.assertGreater(total["allowed"], 10_000)
        self.assertGreater(total["implicitDeny"], 10_000)
        self.assertGreater(total["explicitDeny"], 10)
