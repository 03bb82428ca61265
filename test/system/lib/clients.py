"""Real clients, run as a user runs them: in a shell whose environment is what `openirsa env` printed and no more."""

import configparser
import os
import shutil
import subprocess
import tempfile
import unittest
from dataclasses import dataclass
from pathlib import Path

from . import server as servers

LAB = Path(__file__).resolve().parents[3] / "dev" / "lab"
CLIENT_DEADLINE_SECONDS = 120


def find_client(name):
    """The client's executable. A missing one skips the test by name; in CI it fails, or nobody would see it unrun."""
    found = subprocess.run([LAB / "path", name], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if found.returncode == 0:
        return found.stdout.strip()
    reason = found.stderr.strip() or f"dev/lab/path {name} ended with {found.returncode}"
    if os.environ.get("CI") == "true":
        raise AssertionError(reason)
    raise unittest.SkipTest(reason)


def exported(server, *, verbatim=False):
    """The variables that `eval "$(openirsa env)"` leaves in a shell that had none of them."""
    printed = server.openirsa("env", "--shell", "bash", *(["--verbatim"] if verbatim else []))
    before = {"PATH": servers.SYSTEM_PATH, "HOME": str(server.directory), "LANG": "C.UTF-8"}
    shell = subprocess.run(
        ["/bin/bash", "--noprofile", "--norc", "-c", 'eval "$1" && env -0', "bash", printed],
        env=before,
        capture_output=True,
        check=True,
        timeout=CLIENT_DEADLINE_SECONDS,
    )
    pairs = (entry.split("=", 1) for entry in os.fsdecode(shell.stdout).split("\0") if entry)
    # PWD, SHLVL and _ are bash's own.
    ours = {name: value for name, value in pairs if name not in before and name not in ("PWD", "SHLVL", "_", "OLDPWD")}
    if not ours:
        raise AssertionError(f"openirsa env exported nothing:\n{printed}")
    return ours


@dataclass(frozen=True)
class Credentials:
    access_key_id: str
    secret_access_key: str
    session_token: str = ""

    @classmethod
    def of(cls, environment):
        """What an SDK would find in this environment: the variables first, else the shared file's default profile."""
        if "AWS_ACCESS_KEY_ID" in environment:
            return cls(
                environment["AWS_ACCESS_KEY_ID"],
                environment["AWS_SECRET_ACCESS_KEY"],
                environment.get("AWS_SESSION_TOKEN", ""),
            )
        file = configparser.ConfigParser()
        file.read(environment["AWS_SHARED_CREDENTIALS_FILE"])
        return cls(file["default"]["aws_access_key_id"], file["default"]["aws_secret_access_key"])

    @classmethod
    def from_answer(cls, credentials):
        return cls(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])

    def variables(self):
        return {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_SESSION_TOKEN": self.session_token,
        }


class Shell:
    """One user's shell: tools of its own on PATH, and a HOME of its own.

    The AWS CLI keeps credentials in HOME under a name that does not hold the endpoint, so a shared HOME would let one
    server's credentials answer for another's.
    """

    def __init__(self, environment, tools):
        self.home = Path(tempfile.mkdtemp(prefix="openirsa-home-", dir="/tmp"))
        tools_directory = self.home / "bin"
        tools_directory.mkdir()
        for name, path in tools.items():
            (tools_directory / name).symlink_to(path)
        self.environment = {
            "PATH": f"{tools_directory}:{servers.SYSTEM_PATH}",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            **environment,
        }

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)

    def run(self, *command, variables=None):
        return subprocess.run(
            command,
            env={**self.environment, **(variables or {})},
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=CLIENT_DEADLINE_SECONDS,
        )

    def bash(self, script):
        return self.run("/bin/bash", "--noprofile", "--norc", "-c", script)

    def write(self, name, text):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path
