"""A real `openirsa server` on free ports in a directory of its own, and the `openirsa` verbs that talk to it."""

import atexit
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

READY_DEADLINE_SECONDS = 30
STOP_DEADLINE_SECONDS = 15
VERB_DEADLINE_SECONDS = 60

# Below Linux's ephemeral range, so that no outgoing connection takes a port between its choice and its use.
PORT_RANGE = range(20000, 32000)

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def binary():
    path = os.environ.get("OPENIRSA_BIN")
    if not path:
        raise AssertionError("OPENIRSA_BIN names no openirsa binary")
    return str(Path(path).resolve(strict=True))


def free_port(taken=()):
    for port in random.sample(PORT_RANGE, len(PORT_RANGE)):
        if port in taken:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


class Server:
    """Owns the process and its directory; `close` ends both, and so does the end of the interpreter."""

    def __init__(self, settings=None):
        # Kept short: the admin socket's path must fit in 107 bytes.
        self.directory = Path(tempfile.mkdtemp(prefix="openirsa-", dir="/tmp"))
        self.data_directory = self.directory / "data"
        self.log = self.directory / "server.log"
        self.process = None
        ports = []
        while len(ports) < 3:
            ports.append(free_port(ports))
        self.api_port, self.proxy_port, self.metrics_port = ports
        self.settings = {
            "OPENIRSA_DATA_DIR": str(self.data_directory),
            "OPENIRSA_LISTEN_API": f"127.0.0.1:{self.api_port}",
            "OPENIRSA_LISTEN_PROXY": f"127.0.0.1:{self.proxy_port}",
            "OPENIRSA_LISTEN_METRICS": f"127.0.0.1:{self.metrics_port}",
            **(settings or {}),
        }
        atexit.register(self.close)

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [binary(), "server"],
                env=self.bare_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.wait_ready()
        return self

    def wait_ready(self):
        deadline = time.monotonic() + READY_DEADLINE_SECONDS
        while time.monotonic() < deadline:
            if self.ready():
                return
            # Waiting on the process is the pause between two looks, and notices a server that gave up.
            try:
                status = self.process.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(f"the server ended with status {status}:\n{self.log_tail()}")
        self.kill()
        raise AssertionError(f"not ready after {READY_DEADLINE_SECONDS} s:\n{self.log_tail()}")

    def ready(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.metrics_port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self):
        """Ends the server as an operator would; a server that must be killed is a failure."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(STOP_DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"SIGTERM did not end the server:\n{self.log_tail()}") from None
        self.process = None
        if status != 0:
            raise AssertionError(f"the server stopped with status {status}:\n{self.log_tail()}")

    def kill(self):
        """SIGKILL: the machine lost its power, as far as the server can tell."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def close(self):
        atexit.unregister(self.close)
        try:
            self.stop()
        finally:
            self.kill()
            shutil.rmtree(self.directory, ignore_errors=True)

    def log_tail(self, lines=40):
        if not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def bare_environment(self):
        """What the server and the `openirsa` verbs get: nothing of the caller's environment."""
        return {"PATH": SYSTEM_PATH, "HOME": str(self.directory), "LANG": "C.UTF-8", **self.settings}

    def attempt(self, *verb):
        """Runs an `openirsa` verb and returns the finished process, whatever its exit status."""
        return subprocess.run(
            [binary(), *verb],
            env=self.bare_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=VERB_DEADLINE_SECONDS,
        )

    def openirsa(self, *verb):
        """Runs an `openirsa` verb that must succeed and returns what it printed on stdout."""
        done = self.attempt(*verb)
        if done.returncode != 0:
            raise AssertionError(f"openirsa {' '.join(verb)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def create_token(self, cluster, service_account, namespace="default", audience=None):
        verb = ["create", "token", "--cluster", cluster, "--namespace", namespace]
        verb += ["--service-account", service_account]
        if audience is not None:
            verb += ["--audience", audience]
        return self.openirsa(*verb).strip()

    def create_provider(self, issuer, keys):
        """Trusts an issuer whose public keys, given as JWKs, are uploaded."""
        path = self.write_keys(keys)
        return self.openirsa("create", "provider", "--issuer", issuer, "--jwks", str(path))

    def write_keys(self, keys):
        path = self.directory / "keys.json"
        path.write_text(json.dumps({"keys": keys}))
        return path
