"""An issuer of foreign tokens that answers over https as a case wants it, counting who comes.

Each site has a loopback address of its own, because an issuer's URL carries no port: all listen on 443.
"""

import json
import os
import random
import select
import selectors
import socket
import ssl
import struct
import threading
import unittest
from pathlib import Path

from . import certificates, forge, forgery

ACCEPT_DEADLINE_SECONDS = 10
MOST_SITES = 254
LISTS = {
    "response_types_supported": ["id_token"],
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": ["RS256"],
}
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST instead of FIN


def head(status=200, **headers):
    lines = [f"HTTP/1.1 {status} Told", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def ok(body, **headers):
    if not isinstance(body, (str, bytes)):
        body = json.dumps(body)
    data = body if isinstance(body, bytes) else body.encode()
    headers = {"Content_Type": "application/json", "Content_Length": len(data), "Connection": "close", **headers}
    return head(200, **headers) + data


def status(number):
    return head(number, Content_Length=0, Connection="close")


def redirect(target, number=302):
    return head(number, Location=target, Content_Length=0, Connection="close")


class Site:
    """One address and what it serves: `routes` has the bytes for a path, or a function that writes to the stream."""

    def __init__(self, rig, address, key):
        self.rig, self.address, self.key = rig, address, key
        self.path = ""
        self.certificates = [rig.leaf]
        self.thumbprint = "0" * 40
        self.greet = None  # speaks in place of TLS
        self.newest_tls = None
        self.tickets = None  # sent after each handshake
        self.connections, self.targets, self.heads = 0, [], []
        self.routes = {}
        self.set_documents(keys=[key.jwk()])

    @property
    def origin(self):
        return f"https://{self.address}"

    @property
    def url(self):
        return self.origin + self.path

    @property
    def discovery_path(self):
        return self.path.rstrip("/") + "/.well-known/openid-configuration"

    def discovery(self, **changes):
        right = {"issuer": self.url, "jwks_uri": f"{self.origin}/keys", **LISTS}
        return forgery.changed(right, changes)

    def set_documents(self, keys=None, **changes):
        self.routes[self.discovery_path] = ok(self.discovery(**changes))
        if keys is not None:
            self.routes["/keys"] = ok({"keys": keys})

    def context(self):
        context = self.rig.context(self.certificates)
        if self.newest_tls:
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.maximum_version = self.newest_tls
        if self.tickets is not None:
            context.num_tickets = self.tickets
        return context

    def serve(self, plain):
        self.connections += 1
        with plain:
            plain.settimeout(ACCEPT_DEADLINE_SECONDS)
            try:
                if self.greet is not None:
                    return self.greet(plain)
                with self.context().wrap_socket(plain, server_side=True) as stream:
                    self.answer(stream)
            except (OSError, ValueError):
                pass  # the server left, as it should where a case goes on for ever

    def answer(self, stream):
        received = b""
        while b"\r\n\r\n" not in received:
            chunk = stream.recv(65536)
            if not chunk:
                return
            received += chunk
        text = received.decode()
        target = text.split(" ", 2)[1]
        self.targets.append(target)
        self.heads.append(text)
        answer = self.routes.get(target, status(404))
        if callable(answer):
            answer(stream)
        else:
            stream.sendall(answer)


def gone(stream, seconds):
    """Whether the server left within these seconds."""
    return bool(select.select([stream], [], [], seconds)[0])


def slowly(first, byte=b" "):
    """Sends `first` and then a byte a second until the server leaves."""

    def script(stream):
        stream.sendall(first)
        while not gone(stream, 1):
            stream.sendall(byte)

    return script


def endlessly(first, block):
    def script(stream):
        stream.sendall(first)
        while True:
            stream.sendall(block)

    return script


def broken_off(data):
    """Sends this and resets the connection."""

    def script(stream):
        stream.sendall(data)
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        socket.close(stream.detach())

    return script


class Rig:
    def __init__(self, directory, rng):
        self.directory, self.rng = Path(directory), rng
        self.network = f"127.{rng.randrange(16, 250)}.{rng.randrange(250)}"
        self.addresses = iter(f"{self.network}.{last}" for last in range(1, MOST_SITES))
        self.authority = certificates.authority("rig authority", forge.P256Key(rng, "authority"), rng)
        self.tls_key = forge.P256Key(rng, "tls")
        hosts = [f"{self.network}.{last}" for last in range(1, MOST_SITES)]
        self.leaf = self.authority.issue("rig", self.tls_key, rng, hosts=hosts)
        self.listeners = selectors.DefaultSelector()
        self.closing, self.close_end = socket.socketpair()
        self.listeners.register(self.closing, selectors.EVENT_READ)
        self.acceptor = threading.Thread(target=self.accept, daemon=True)
        self.acceptor.start()

    def close(self):
        self.close_end.close()
        self.acceptor.join()
        for entry in list(self.listeners.get_map().values()):
            entry.fileobj.close()
        self.listeners.close()

    def accept(self):
        while True:
            for entry, _ in self.listeners.select():
                if entry.fileobj is self.closing:
                    return
                plain, _ = entry.fileobj.accept()
                threading.Thread(target=entry.data.serve, args=(plain,), daemon=True).start()

    def context(self, chain):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # What is weak must be judged by the other side.
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        stem = self.directory / f"{chain[0].thumbprint}-{len(chain)}-{threading.get_ident()}"
        chain_file, key_file = stem.with_suffix(".pem"), stem.with_suffix(".key")
        chain_file.write_text("".join(certificate.pem for certificate in chain))
        key_file.write_text(certificates.private_key_pem(chain[0].key))
        context.load_cert_chain(chain_file, key_file)
        return context

    def site(self, key, listens=True):
        site = Site(self, next(self.addresses), key)
        if listens:
            self.listen(site)
        return site

    def listen(self, site):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((site.address, 443))
        listener.listen(128)
        self.listeners.register(listener, selectors.EVENT_READ, site)

    def silence(self, site):
        """From now on connections to it are refused."""
        for entry in list(self.listeners.get_map().values()):
            if entry.data is site:
                self.listeners.unregister(entry.fileobj)
                entry.fileobj.close()


def join(stream):
    """A CONNECT proxy as it should be: it gives the client the host that `target` names."""
    host, port = stream.target.rsplit(":", 1)
    with socket.create_connection((host.strip("[]"), int(port))) as host_end:
        stream.sendall(b"HTTP/1.1 200 Joined\r\n\r\n")
        ends = {stream.fileno(): host_end, host_end.fileno(): stream.socket}
        while True:
            for end in select.select(list(ends), [], [])[0]:
                data = (stream if end == stream.fileno() else host_end).recv(65536)
                if not data:
                    return
                ends[end].sendall(data)


class ConnectProxy:
    """Takes CONNECT and lets `script` go on with the connection."""

    class Stream:
        def __init__(self, plain, target):
            self.socket, self.target = plain, target
            self.recv, self.sendall, self.fileno = plain.recv, plain.sendall, plain.fileno

    def __init__(self):
        self.script = join
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self.serve, args=(plain,), daemon=True).start()

    def serve(self, plain):
        with plain:
            received = b""
            try:
                while b"\r\n\r\n" not in received:
                    chunk = plain.recv(65536)
                    if not chunk:
                        return
                    received += chunk
                self.script(self.Stream(plain, received.split(b" ")[1].decode()))
            except OSError:
                pass  # the server left, as it should


def must_be_able_to_listen():
    """Port 443 takes root, or a system that lets everybody have it."""
    with socket.socket() as probe:
        try:
            probe.bind((f"127.{random.randrange(16, 250)}.255.1", 443))
        except PermissionError:
            reason = "port 443 of loopback is not ours to listen on; see net.ipv4.ip_unprivileged_port_start"
            if os.environ.get("CI") == "true":
                raise AssertionError(reason) from None
            raise unittest.SkipTest(reason) from None
