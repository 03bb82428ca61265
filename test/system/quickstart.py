"""Does ./quickstart do what it promises, every time, leave nothing behind, and fail when something is not as described?"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from lib import server as servers
from lib.clients import find_client

QUICKSTART = Path(__file__).resolve().parents[2] / "quickstart"
DEADLINE_SECONDS = 180
END_DEADLINE_SECONDS = 15

ALL_WELL = re.compile(r"^All of it happened as described, in \d+\.\d s\.$", re.MULTILINE)
SERVER = re.compile(r"^# the server: process (\d+), (https://127\.0\.0\.1:\d+), data in (\S+)$", re.MULTILINE)
EVAL = re.compile(r'^  (eval "\$\(.+ env --data-dir \S+ --verbatim\)")$', re.MULTILINE)
STOP = re.compile(r"^  kill (\d+)$", re.MULTILINE)
ACCOUNT = re.compile(r"arn:aws:eks:us-west-2:(\d{12}):cluster/my-cluster")

OURS = "$ openirsa utils associate-iam-oidc-provider --cluster $cluster_name --approve\n"
EKSCTL = "$ eksctl utils associate-iam-oidc-provider --cluster $cluster_name --approve\n"

# Steps in this order; those of the page as the page prints them.
STEPS = [
    '$ eval "$(openirsa env --verbatim)"\n',
    "$ aws --version | cut -d / -f2 | cut -d ' ' -f1\n2.9.19\n",
    "$ cluster_name=my-cluster\n",
    '$ oidc_id=$(aws eks describe-cluster --name $cluster_name --query "cluster.identity.oidc.issuer" --output text'
    " | cut -d '/' -f 5)\n",
    "$ echo $oidc_id\n",
    '$ aws iam list-open-id-connect-providers | grep $oidc_id | cut -d "/" -f4\n\n',
    "created IAM Open ID Connect provider for cluster",
    '$ aws iam list-open-id-connect-providers | grep $oidc_id | cut -d "/" -f4\n',
    "$ aws iam create-policy --policy-name my-policy --policy-document file://my-policy.json\n",
    "$ aws iam create-role --role-name my-role --assume-role-policy-document file://trust-relationship.json",
    "$ aws sts assume-role-with-web-identity ",
    "$ aws iam list-roles --profile pod ",
    "(AccessDeniedException) when calling the ListClusters operation",
    "$ aws iam detach-role-policy ",
    "(AccessDenied) when calling the ListRoles operation",
    "(AccessDenied) when calling the AssumeRoleWithWebIdentity operation",
    "$ openirsa explain $request_id\nREFUSED  ",
]


class Quickstart(unittest.TestCase):
    longMessage = True

    @classmethod
    def setUpClass(cls):
        find_client("awscli-debian")
        cls.directory = Path(tempfile.mkdtemp(prefix="openirsa-", dir="/tmp"))
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        # Whatever fails, no server outlives the lane.
        cls.addClassCleanup(cls.end_processes)
        cls.home, cls.temporary, cls.state = (cls.directory / name for name in ("home", "tmp", "state"))
        for directory in (cls.home, cls.temporary, cls.state):
            directory.mkdir()

    @classmethod
    def processes(cls):
        """The processes whose command line names this lane's own directory: every server that quickstart started."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if os.fsencode(cls.directory) in command:
                found.append(int(entry.name))
        return found

    @classmethod
    def end_processes(cls):
        for process in cls.processes():
            os.kill(process, signal.SIGKILL)

    @classmethod
    def environment(cls, **variables):
        return {
            "PATH": servers.SYSTEM_PATH,
            "HOME": str(cls.home),
            "TMPDIR": str(cls.temporary),
            "XDG_STATE_HOME": str(cls.state),
            "LANG": "C.UTF-8",
            "OPENIRSA_BIN": servers.binary(),
            # What a caller's shell may hold, none of which may reach the tour.
            "SHELL": "/usr/bin/fish",
            "AWS_PROFILE": "somebody",
            "AWS_ENDPOINT_URL": "https://127.0.0.1:1",
            "AWS_PAGER": "false",
            "AWS_SESSION_TOKEN": "somebody's",
            "OPENIRSA_REGION": "eu-central-1",
            **variables,
        }

    def quickstart(self, *flags, **variables):
        return subprocess.run(
            [QUICKSTART, *flags],
            env=self.environment(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
        )

    def assert_tour(self, done, associate=OURS):
        told = done.stdout + done.stderr
        self.assertEqual(done.returncode, 0, told)
        self.assertRegex(done.stdout, ALL_WELL)
        self.assertEqual(done.stderr, "")
        at = 0
        for step in STEPS:
            at = done.stdout.find(step, at)
            self.assertGreaterEqual(at, 0, f"{step!r} is not shown, or out of order:\n{told}")
            at += len(step)
        self.assertIn(associate, done.stdout)
        self.assert_no_secrets(done.stdout)

    def assert_no_secrets(self, text):
        self.assertRegex(text, r'"SecretAccessKey": ".{4}…"')
        self.assertRegex(text, r'"SessionToken": ".{4}…"')
        self.assertNotRegex(text, r"eyJ[A-Za-z0-9_-]+\.")

    def assert_nothing_left(self, *kept):
        self.assertEqual(self.processes(), list(kept))
        self.assertEqual(list(self.temporary.iterdir()), [])
        self.assertEqual(list(self.home.iterdir()), [])

    def server_of(self, done):
        process, endpoint, data = SERVER.search(done.stdout).groups()
        return int(process), endpoint, data

    def wait_for_end(self, process):
        deadline = time.monotonic() + END_DEADLINE_SECONDS
        while process in self.processes():
            self.assertLess(time.monotonic(), deadline, f"process {process} does not end")
            time.sleep(0.05)

    def test_01_the_tour_twice(self):
        for _ in range(2):
            self.assert_tour(self.quickstart())
            self.assert_nothing_left()
        self.assertEqual(list(self.state.iterdir()), [])

    def test_02_the_tour_with_eksctl(self):
        tools = self.directory / "bin"
        tools.mkdir()
        (tools / "eksctl").symlink_to(find_client("eksctl"))
        done = self.quickstart(PATH=f"{tools}:{servers.SYSTEM_PATH}")
        self.assert_tour(done, EKSCTL)
        self.assert_nothing_left()

    def test_03_a_kept_server(self):
        first = self.quickstart("--keep")
        self.assert_tour(first)
        process, endpoint, data = self.server_of(first)
        self.assertEqual(STOP.search(first.stdout)[1], str(process))
        self.assertEqual(data, str(self.state / "openirsa-quickstart" / "data"))
        self.assert_nothing_left(process)
        account = ACCOUNT.search(first.stdout)[1]
        shell = EVAL.search(first.stdout)[1]
        self.assertEqual(self.caller_in(shell), f"arn:aws:iam::{account}:user/admin")

        beside = self.quickstart()
        self.assert_tour(beside)
        self.assertNotEqual(self.server_of(beside)[1], endpoint)
        self.assert_nothing_left(process)

        # From a shell that points at the very server that is started anew.
        again = self.quickstart("--keep", HTTPS_PROXY=self.in_shell(shell, "echo $HTTPS_PROXY"))
        self.assert_tour(again)
        restarted, *place = self.server_of(again)
        self.assertNotEqual(restarted, process)
        self.assertEqual(place, [endpoint, data])
        self.assertEqual(ACCOUNT.search(again.stdout)[1], account)
        self.assert_nothing_left(restarted)
        self.assertEqual(self.caller_in(shell), f"arn:aws:iam::{account}:user/admin")

        os.kill(restarted, signal.SIGTERM)
        self.wait_for_end(restarted)
        revived = self.quickstart("--keep")
        self.assert_tour(revived)
        process, *place = self.server_of(revived)
        self.assertEqual(place, [endpoint, data])
        self.assertEqual(ACCOUNT.search(revived.stdout)[1], account)
        os.kill(process, signal.SIGTERM)
        self.wait_for_end(process)
        self.assert_nothing_left()

    def in_shell(self, evaluated, command):
        """What a command prints in a fresh shell after the line that --keep said to evaluate."""
        done = subprocess.run(
            ["/bin/bash", "--noprofile", "--norc", "-c", f"{evaluated}; {command}"],
            env={"PATH": servers.SYSTEM_PATH, "HOME": str(self.directory / "user"), "SHELL": "/bin/bash"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout.strip()

    def caller_in(self, evaluated):
        return self.in_shell(evaluated, "/usr/bin/aws sts get-caller-identity --query Arn --output text")

    def test_04_what_is_not_as_described_fails(self):
        """A program that lies once: the tour must notice, say so, and still stop its server."""
        lies = {
            "utils": ("exit 0", "created IAM Open ID Connect provider"),
            "explain": ("echo ALLOWED", "REFUSED"),
        }
        for verb, (lie, missing) in lies.items():
            with self.subTest(verb):
                program = self.directory / "liar"
                program.write_text(
                    f'#!/bin/bash\n[ "$1" != {verb} ] || {{ {lie}; exit 0; }}\nexec {shlex.quote(servers.binary())} "$@"\n'
                )
                program.chmod(0o755)
                done = self.quickstart(OPENIRSA_BIN=str(program))
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                self.assertIn("NOT AS DESCRIBED", done.stderr)
                self.assertIn(missing, done.stderr)
                self.assertNotRegex(done.stdout, ALL_WELL)
                self.assert_nothing_left()

    def test_05_a_server_that_does_not_start(self):
        done = self.quickstart(OPENIRSA_BIN="/bin/false")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("the server ended", done.stderr)
        self.assert_nothing_left()

    def test_06_flags_that_do_not_exist(self):
        done = self.quickstart("--forever")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (1, "", "usage: ./quickstart [--keep]\n"))
        self.assert_nothing_left()
