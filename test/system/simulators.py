"""Do the AWS CLI's policy simulators and `openirsa lint` work on a real server, managed policies included?"""

import json

from lib.clients import find_client
from lib.lane import CLUSTER, LaneTest, permissions

READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


class Simulators(LaneTest):
    @classmethod
    def setUpClass(cls):
        tool = find_client("awscli-debian")
        cls.start_server()
        # This CLI predates endpoint variables.
        cls.shell = cls.open_shell({"aws": tool}, verbatim=True)
        cls.issuer = cls.create_cluster()
        cls.server.openirsa("utils", "associate-iam-oidc-provider", "--cluster", CLUSTER, "--approve")
        cls.role_arn = cls.create_web_role(cls.issuer, "web", "web")

    def aws(self, *words):
        done = self.shell.run("aws", "iam", *words, "--output", "json")
        text = self.assert_success(done)
        return json.loads(text) if text else None

    def lint(self, *words):
        return self.server.attempt("lint", *words)

    def decisions(self, *words):
        answer = self.aws(*words)
        return {result["EvalActionName"]: result["EvalDecision"] for result in answer["EvaluationResults"]}

    def test_01_a_managed_policy_is_attached_and_simulated(self):
        self.aws("attach-role-policy", "--role-name", "web", "--policy-arn", READ_ONLY)
        self.assertEqual(self.aws("get-policy", "--policy-arn", READ_ONLY)["Policy"]["AttachmentCount"], 1)
        found = self.decisions(
            "simulate-principal-policy", "--policy-source-arn", self.role_arn,
            "--action-names", "s3:GetObject", "s3:PutObject",
        )
        self.assertEqual(found, {"s3:GetObject": "allowed", "s3:PutObject": "implicitDeny"})

    def test_02_a_policy_is_tried_before_it_is_written(self):
        policy = permissions("s3:*")
        policy["Statement"].append({
            "Effect": "Deny", "Action": "s3:Delete*", "Resource": "*",
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
        })
        words = ("simulate-custom-policy", "--policy-input-list", json.dumps(policy), "--action-names", "s3:DeleteObject")
        entry = "ContextKeyName=aws:MultiFactorAuthPresent,ContextKeyValues=false,ContextKeyType=boolean"
        self.assertEqual(self.decisions(*words), {"s3:DeleteObject": "allowed"})
        self.assertEqual(self.decisions(*words, "--context-entries", entry), {"s3:DeleteObject": "explicitDeny"})
        keys = self.aws("get-context-keys-for-custom-policy", "--policy-input-list", json.dumps(policy))
        self.assertEqual(keys["ContextKeyNames"], ["aws:MultiFactorAuthPresent"])

    def test_03_pages_are_followed(self):
        names = [f"s3:Action{number}" for number in range(12)]
        found = self.decisions(
            "simulate-custom-policy", "--policy-input-list", json.dumps(permissions("s3:*")), "--page-size", "5",
            "--action-names", *names,
        )
        self.assertEqual(found, {name: "allowed" for name in names})

    def test_04_lint_passes_what_the_guide_says_and_finds_what_was_not_meant(self):
        done = self.lint()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "nothing found in 1 document\n")
        trust = self.aws("get-role", "--role-name", "web")["Role"]["AssumeRolePolicyDocument"]
        condition = trust["Statement"][0]["Condition"]["StringEquals"]
        subject = next(key for key in condition if key.endswith(":sub"))
        condition[subject] = "system:serviceaccount:default:*"
        self.aws("update-assume-role-policy", "--role-name", "web", "--policy-document", json.dumps(trust))
        done = self.lint("-o", "json")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        (finding,) = json.loads(done.stdout)["findings"]
        self.assertEqual((finding["document"], finding["rule"]), ("role web, trust policy", "wildcard-under-equals"))
