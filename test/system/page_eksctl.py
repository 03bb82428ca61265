"""Does the EKS guide page's eksctl path work with the real eksctl, and agree with our own verb of the same name?"""

import re

from lib import issuer
from lib.clients import find_client
from lib.lane import AUDIENCE, CLUSTER, LaneTest

EKSCTL_VERSION = "0.230.0"

# The page's commands in the order a reader types them, with its own variable names.
PAGE = """\
cluster_name=my-cluster
oidc_id=$(aws eks describe-cluster --name $cluster_name --query "cluster.identity.oidc.issuer" \
--output text | cut -d '/' -f 5)
aws iam list-open-id-connect-providers | grep $oidc_id | cut -d "/" -f4
"""
ASSOCIATE = "eksctl utils associate-iam-oidc-provider --cluster $cluster_name --approve\n"


def log_lines(done):
    """eksctl's log without its times; every line must have one."""
    lines = []
    for line in done.stdout.splitlines():
        stamped = re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (\[.\]  .*)", line)
        if not stamped:
            raise AssertionError(f"not a log line of eksctl's: {line!r}\n{done.stdout}{done.stderr}")
        lines.append(stamped[1])
    return lines


def provider_of(cluster):
    return f'IAM Open ID Connect provider for cluster "{cluster}" in "us-west-2"'


def already_associated(cluster):
    return f'[ℹ]  IAM Open ID Connect provider is already associated with cluster "{cluster}" in "us-west-2"'


class EksctlSteps:
    verbatim = False

    @classmethod
    def setUpClass(cls):
        tools = {"eksctl": find_client("eksctl"), "aws": find_client("awscli-2.36.12")}
        cls.start_server()
        cls.shell = cls.open_shell(tools, verbatim=cls.verbatim)
        cls.issuer = cls.create_cluster()
        cls.provider_arn = cls.arn_of(cls.issuer)

    @classmethod
    def arn_of(cls, issuer_url):
        return f"arn:aws:iam::{cls.account}:oidc-provider/{issuer_url.removeprefix('https://')}"

    def associate(self, cluster, *flags):
        return self.shell.run("eksctl", "utils", "associate-iam-oidc-provider", "--cluster", cluster, *flags)

    def our_associate(self, cluster, *flags):
        return self.server.attempt("utils", "associate-iam-oidc-provider", "--cluster", cluster, *flags)

    def providers(self):
        answer = self.must("iam", "ListOpenIDConnectProviders")
        return [arn.text for arn in answer.root.iter("Arn")]

    def get_provider(self, arn):
        return self.must("iam", "GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn)

    def test_01_the_version_is_the_released_one(self):
        self.assertEqual(self.assert_success(self.shell.run("eksctl", "version")), f"{EKSCTL_VERSION}\n")

    def test_02_a_plan_changes_nothing(self):
        done = self.associate(CLUSTER)
        self.assert_success(done)
        self.assertEqual(
            log_lines(done),
            [
                f"[ℹ]  (plan) would create {provider_of(CLUSTER)}",
                "[!]  no changes were applied, run again with '--approve' to apply the changes",
            ],
        )
        self.assertEqual(self.providers(), [])

    def test_03_the_page_associates_the_provider(self):
        done = self.shell.bash(PAGE + ASSOCIATE)
        self.assert_success(done)
        self.assertEqual(
            log_lines(done),
            [f"[ℹ]  will create {provider_of(CLUSTER)}", f"[✔]  created {provider_of(CLUSTER)}"],
        )
        self.assertEqual(self.providers(), [self.provider_arn])

    def test_04_the_provider_is_as_eksctl_meant_it(self):
        answer = self.get_provider(self.provider_arn)
        # eksctl sent the URL with its port, `https://host:443/id/…`; the provider has none.
        self.assertEqual(answer.find("Url"), self.issuer.removeprefix("https://"))
        self.assertEqual(self.members(answer, "ClientIDList"), [AUDIENCE])
        self.assertEqual(self.members(answer, "ThumbprintList"), [issuer.thumbprint(self.server, self.issuer)])
        tags = {tag.findtext("Key"): tag.findtext("Value") for tag in answer.root.find(".//Tags")}
        self.assertEqual(
            tags, {"alpha.eksctl.io/cluster-name": CLUSTER, "alpha.eksctl.io/eksctl-version": EKSCTL_VERSION}
        )
        self.assertEqual(self.describe_cluster()["tags"]["alpha.eksctl.io/cluster-oidc-enabled"], "true")

    def members(self, answer, name):
        return [member.text for member in answer.root.find(f".//{name}")]

    def test_05_the_page_then_finds_the_provider(self):
        issuer_id = self.issuer.rpartition("/")[2]
        self.assertEqual(self.assert_success(self.shell.bash(PAGE)), f'{issuer_id}"\n')

    def test_06_a_second_run_finds_it_associated(self):
        for flags in ([], ["--approve"]):
            with self.subTest(flags=flags):
                done = self.associate(CLUSTER, *flags)
                self.assert_success(done)
                self.assertEqual(log_lines(done), [already_associated(CLUSTER)])

    def test_07_our_verb_finds_what_eksctl_made(self):
        before = self.get_provider(self.provider_arn).find("CreateDate")
        done = self.our_associate(CLUSTER, "--approve")
        self.assert_success(done)
        self.assertIn(already_associated(CLUSTER).partition("  ")[2], done.stdout + done.stderr)
        self.assertEqual(self.providers(), [self.provider_arn])
        self.assertEqual(self.get_provider(self.provider_arn).find("CreateDate"), before)

    def test_08_eksctl_finds_what_our_verb_made(self):
        arn = self.arn_of(self.create_cluster("second"))
        planned = self.our_associate("second")
        self.assert_success(planned)
        self.assertIn(f"(plan) would create {provider_of('second')}", planned.stdout + planned.stderr)
        self.assertNotIn(arn, self.providers())

        approved = self.our_associate("second", "--approve")
        self.assert_success(approved)
        self.assertIn(f"created {provider_of('second')}", approved.stdout + approved.stderr)
        self.assertIn(arn, self.providers())

        done = self.associate("second", "--approve")
        self.assert_success(done)
        self.assertEqual(log_lines(done), [already_associated("second")])

    def test_09_both_verbs_pin_the_same_provider(self):
        """What our verb registers must be what eksctl would have: audience and thumbprint."""
        ours = self.get_provider(self.arn_of(self.describe_cluster("second")["identity"]["oidc"]["issuer"]))
        theirs = self.get_provider(self.provider_arn)
        for name in ("ClientIDList", "ThumbprintList"):
            with self.subTest(name):
                self.assertEqual(self.members(ours, name), self.members(theirs, name))

    def test_10_a_cluster_that_does_not_exist(self):
        done = self.associate("nowhere", "--approve")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(
            done.stdout + done.stderr,
            r"unable to describe cluster control plane: operation error EKS: DescribeCluster, "
            r"https response error StatusCode: 404, RequestID: \S+, "
            r"ResourceNotFoundException: No cluster found for name: nowhere\.",
        )


class EksctlNormal(EksctlSteps, LaneTest):
    pass


class EksctlVerbatim(EksctlSteps, LaneTest):
    verbatim = True
