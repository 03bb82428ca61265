"""Does the EKS guide page work, character for character, with every AWS CLI that its readers have?

The page's own commands first, then what users do next with the provider: role, policies, token, credentials.
"""

import json

from lib import issuer
from lib.clients import Credentials, find_client
from lib.lane import AUDIENCE, CLUSTER, LaneTest, permissions, trust_policy

VERSION_CHECK = "aws --version | cut -d / -f2 | cut -d ' ' -f1"

ISSUER_ID = """\
cluster_name=my-cluster
oidc_id=$(aws eks describe-cluster --name $cluster_name --query "cluster.identity.oidc.issuer" \
--output text | cut -d '/' -f 5)
echo $oidc_id
"""

PROVIDER_EXISTS = 'aws iam list-open-id-connect-providers | grep $oidc_id | cut -d "/" -f4\n'

SERVICE_ACCOUNT = "web"


class PageSteps:
    """The story that each client below walks through; a class per client and mode makes it a test."""

    client = version = None
    verbatim = False
    # Models before mid-2024 still ask for a thumbprint; later ones leave it to IAM.
    thumbprint_required = False

    @classmethod
    def setUpClass(cls):
        tool = find_client(cls.client)
        cls.start_server()
        cls.shell = cls.open_shell({"aws": tool}, verbatim=cls.verbatim)
        cls.issuer = cls.create_cluster()
        cls.issuer_id = cls.issuer.rpartition("/")[2]
        cls.provider_arn = f"arn:aws:iam::{cls.account}:oidc-provider/{cls.issuer.removeprefix('https://')}"
        cls.role_arn = f"arn:aws:iam::{cls.account}:role/web"
        cls.policy_arn = f"arn:aws:iam::{cls.account}:policy/list-roles"
        # v1 and v2 of the CLI tell a service error by different exit statuses.
        cls.service_error = 254 if cls.version.startswith("2.") else 255

    def aws(self, *words, variables=None):
        return self.shell.run("aws", *words, variables=variables)

    def aws_json(self, *words, variables=None):
        return json.loads(self.assert_success(self.aws(*words, "--output", "json", variables=variables)))

    def exchange(self, token):
        arguments = ["--role-arn", self.role_arn, "--role-session-name", "from-the-cli"]
        return self.aws("sts", "assume-role-with-web-identity", *arguments, "--web-identity-token", token)

    def session_variables(self):
        token = self.server.create_token(CLUSTER, SERVICE_ACCOUNT)
        answer = json.loads(self.assert_success(self.exchange(token)))
        return Credentials.from_answer(answer["Credentials"]).variables()

    def test_01_the_page_reads_the_version(self):
        self.assertEqual(self.assert_success(self.shell.bash(VERSION_CHECK)), f"{self.version}\n")

    def test_02_the_page_finds_no_provider_in_a_new_account(self):
        self.assertRegex(self.issuer, r"\Ahttps://oidc\.openirsa\.internal/id/[0-9A-F]{32}\Z")
        done = self.shell.bash(ISSUER_ID + PROVIDER_EXISTS)
        self.assertEqual(self.assert_success(done), f"{self.issuer_id}\n")
        self.assertEqual(done.stderr, "")

    def test_03_the_provider_is_created(self):
        words = ["--url", self.issuer, "--client-id-list", AUDIENCE]
        if self.thumbprint_required:
            words += ["--thumbprint-list", issuer.thumbprint(self.server, self.issuer)]
        answer = self.aws_json("iam", "create-open-id-connect-provider", *words)
        self.assertEqual(answer["OpenIDConnectProviderArn"], self.provider_arn)
        self.assert_refused(
            self.aws("iam", "create-open-id-connect-provider", *words),
            self.service_error,
            "An error occurred (EntityAlreadyExists) when calling the CreateOpenIDConnectProvider operation: "
            f"Provider with url {self.issuer} already exists.",
        )

    def test_04_the_page_finds_the_provider(self):
        done = self.shell.bash(ISSUER_ID + PROVIDER_EXISTS)
        # The quote belongs to the JSON that the page greps; the page's readers see it too.
        self.assertEqual(self.assert_success(done), f'{self.issuer_id}\n{self.issuer_id}"\n')

    def test_05_the_provider_reads_back(self):
        answer = self.aws_json(
            "iam", "get-open-id-connect-provider", "--open-id-connect-provider-arn", self.provider_arn
        )
        self.assertEqual(answer["Url"], self.issuer.removeprefix("https://"))
        self.assertEqual(answer["ClientIDList"], [AUDIENCE])
        self.assertEqual(answer["ThumbprintList"], [issuer.thumbprint(self.server, self.issuer)])

    def test_06_role_and_policies_are_created(self):
        trust = trust_policy(self.account, self.issuer, "default", SERVICE_ACCOUNT)
        self.shell.write("trust.json", json.dumps(trust))
        self.shell.write("list-clusters.json", json.dumps(permissions("eks:ListClusters")))
        self.shell.write("list-roles.json", json.dumps(permissions("iam:ListRoles")))
        created = self.aws_json(
            "iam", "create-role", "--role-name", "web", "--assume-role-policy-document", "file://trust.json"
        )
        self.assertEqual(created["Role"]["Arn"], self.role_arn)
        inline = ["--policy-name", "list-clusters", "--policy-document", "file://list-clusters.json"]
        self.assert_success(self.aws("iam", "put-role-policy", "--role-name", "web", *inline))
        policy = ["--policy-name", "list-roles", "--policy-document", "file://list-roles.json"]
        self.assertEqual(self.aws_json("iam", "create-policy", *policy)["Policy"]["Arn"], self.policy_arn)
        attachment = ["--role-name", "web", "--policy-arn", self.policy_arn]
        self.assert_success(self.aws("iam", "attach-role-policy", *attachment))
        read = self.aws_json("iam", "get-role", "--role-name", "web", "--query", "Role.AssumeRolePolicyDocument")
        self.assertEqual(read, trust)
        attached = self.aws(
            *("iam", "list-attached-role-policies", "--role-name", "web"),
            *("--query", "AttachedPolicies[].PolicyArn", "--output", "text"),
        )
        self.assertEqual(self.assert_success(attached), f"{self.policy_arn}\n")

    def test_07_the_token_becomes_credentials(self):
        token = self.server.create_token(CLUSTER, SERVICE_ACCOUNT)
        answer = json.loads(self.assert_success(self.exchange(token)))
        self.assertEqual(answer["SubjectFromWebIdentityToken"], f"system:serviceaccount:default:{SERVICE_ACCOUNT}")
        self.assertEqual(answer["Audience"], AUDIENCE)
        self.assertEqual(answer["Provider"], self.provider_arn)
        session_arn = f"arn:aws:sts::{self.account}:assumed-role/web/from-the-cli"
        self.assertEqual(answer["AssumedRoleUser"]["Arn"], session_arn)
        variables = Credentials.from_answer(answer["Credentials"]).variables()
        self.assertEqual(self.aws_json("sts", "get-caller-identity", variables=variables)["Arn"], session_arn)

    def test_08_another_service_account_is_refused(self):
        self.assert_refused(
            self.exchange(self.server.create_token(CLUSTER, "other")),
            self.service_error,
            "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: "
            "Not authorized to perform sts:AssumeRoleWithWebIdentity",
        )

    def test_09_a_profile_exchanges_the_token_file_by_itself(self):
        token_file = self.shell.write("token", self.server.create_token(CLUSTER, SERVICE_ACCOUNT))
        self.shell.write(
            ".aws/config",
            f"[profile web]\nrole_arn = {self.role_arn}\nweb_identity_token_file = {token_file}\n"
            "role_session_name = from-a-profile\n",
        )
        who = self.aws_json("sts", "get-caller-identity", "--profile", "web")
        self.assertEqual(who["Arn"], f"arn:aws:sts::{self.account}:assumed-role/web/from-a-profile")
        self.assertEqual(self.aws_json("eks", "list-clusters", "--profile", "web")["clusters"], [CLUSTER])

    def test_10_policies_decide_and_changes_take_effect_at_once(self):
        session = self.session_variables()
        self.assertEqual(self.aws_json("eks", "list-clusters", variables=session)["clusters"], [CLUSTER])
        roles = self.aws_json("iam", "list-roles", variables=session)["Roles"]
        self.assertIn(self.role_arn, [role["Arn"] for role in roles])
        self.assert_denied("iam:ListOpenIDConnectProviders", "iam", "list-open-id-connect-providers", session)

        attachment = ["--role-name", "web", "--policy-arn", self.policy_arn]
        self.assert_success(self.aws("iam", "detach-role-policy", *attachment))
        self.assert_denied("iam:ListRoles", "iam", "list-roles", session)
        self.assertEqual(self.aws_json("eks", "list-clusters", variables=session)["clusters"], [CLUSTER])

        inline = ["--role-name", "web", "--policy-name", "list-clusters"]
        self.assert_success(self.aws("iam", "delete-role-policy", *inline))
        self.assert_denied("eks:ListClusters", "eks", "list-clusters", session)

    def assert_denied(self, action, service, command, session):
        # EKS, a REST service, names its refusals with a suffix that the query services do not use.
        code = "AccessDeniedException" if service == "eks" else "AccessDenied"
        operation = action.partition(":")[2]
        self.assert_refused(
            self.aws(service, command, variables=session),
            self.service_error,
            f"An error occurred ({code}) when calling the {operation} operation: "
            f"User: arn:aws:sts::{self.account}:assumed-role/web/from-the-cli is not authorized to perform: {action}",
        )


class Cli2919Verbatim(PageSteps, LaneTest):
    client, version, verbatim, thumbprint_required = "awscli-debian", "2.9.19", True, True


class Cli2121Verbatim(PageSteps, LaneTest):
    client, version, verbatim, thumbprint_required = "awscli-2.12.1", "2.12.1", True, True


class Cli21756Verbatim(PageSteps, LaneTest):
    client, version, verbatim = "awscli-2.17.56", "2.17.56", True


class Cli23612Verbatim(PageSteps, LaneTest):
    client, version, verbatim = "awscli-2.36.12", "2.36.12", True


class Cli127160Verbatim(PageSteps, LaneTest):
    client, version, verbatim, thumbprint_required = "awscli-1.27.160", "1.27.160", True, True


class Cli1463Verbatim(PageSteps, LaneTest):
    client, version, verbatim = "awscli-1.46.3", "1.46.3", True


class Cli21756Normal(PageSteps, LaneTest):
    client, version = "awscli-2.17.56", "2.17.56"


class Cli23612Normal(PageSteps, LaneTest):
    client, version = "awscli-2.36.12", "2.36.12"


class Cli1463Normal(PageSteps, LaneTest):
    client, version = "awscli-1.46.3", "1.46.3"
