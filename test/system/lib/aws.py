"""AWS requests made with nothing but Python's library: signed, unsigned, or deliberately broken."""

import hashlib
import hmac
import http.client
import json
import socket
import ssl
import urllib.parse
import xml.etree.ElementTree as xml
from dataclasses import dataclass
from datetime import datetime, timezone

VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15"}
FORM = "application/x-www-form-urlencoded; charset=utf-8"
DEADLINE_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        return self.body.decode(errors="replace")

    @property
    def root(self):
        """The XML document, its namespaces dropped so that elements go by the names in AWS's model."""
        root = xml.fromstring(self.body)
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        return root

    def find(self, name):
        return self.root.findtext(f".//{name}")

    @property
    def code(self):
        """The AWS error code, or nothing where the answer is a success or not AWS's."""
        kind = self.headers.get("x-amzn-errortype")
        if kind:
            return kind.partition(":")[0]
        try:
            return self.find("Code")
        except xml.ParseError:
            return None

    @property
    def message(self):
        if "x-amzn-errortype" in self.headers:
            return json.loads(self.body).get("message")
        return self.find("Message")


def _hmac(key, text):
    return hmac.digest(key, text.encode(), "sha256")


def sign(credentials, service, region, method, host, target, headers, body):
    """The headers of a SigV4 request; `headers` are signed along with host and date."""
    now = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    path, _, query = target.partition("?")
    signed = {name.lower(): value for name, value in headers.items()} | {"host": host, "x-amz-date": now}
    if credentials.session_token:
        signed["x-amz-security-token"] = credentials.session_token
    names = ";".join(sorted(signed))
    canonical = "\n".join(
        [
            method,
            # Every service but S3 encodes the path a second time.
            urllib.parse.quote(path, safe="/~"),
            "&".join(sorted(query.split("&"))) if query else "",
            *(f"{name}:{signed[name]}" for name in sorted(signed)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    scope = f"{now[:8]}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{credentials.secret_access_key}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    signed["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key_id}/{scope}, "
        f"SignedHeaders={names}, Signature={_hmac(key, text).hex()}"
    )
    return signed


class Api:
    """One kept connection to the API listener; not for use from several threads."""

    def __init__(self, environment, credentials=None):
        endpoint = urllib.parse.urlsplit(environment["AWS_ENDPOINT_URL"])
        self.hostname, self.port = endpoint.hostname, endpoint.port or 443
        self.host = endpoint.netloc
        self.region = environment["AWS_REGION"]
        self.credentials = credentials
        self.trust = ssl.create_default_context(cafile=environment["AWS_CA_BUNDLE"])
        self.connection = None

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def send(self, method, target, headers=None, body=b""):
        """Sends as given. Any failure of the connection is raised: a repeat could hide a lost write."""
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(
                self.hostname, self.port, context=self.trust, timeout=DEADLINE_SECONDS
            )
        try:
            self.connection.request(method, target, body=body, headers=headers or {})
            response = self.connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if response.will_close:
            self.close()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)

    def signed(self, service, method, target, headers=None, body=b"", credentials=None):
        who = credentials or self.credentials
        signed = sign(who, service, self.region, method, self.host, target, headers or {}, body)
        return self.send(method, target, signed, body)

    def query(self, service, action, **parameters):
        """A signed call of the query protocol; list members are spelt as on the wire, `Tags.member.1.Key`."""
        body = form(service, action, parameters)
        return self.signed(service, "POST", "/", {"content-type": FORM}, body)

    def web_identity(self, role_arn, token, **parameters):
        """AssumeRoleWithWebIdentity, which clients never sign."""
        given = {"RoleArn": role_arn, "RoleSessionName": "system-test", "WebIdentityToken": token, **parameters}
        return self.send("POST", "/", {"content-type": FORM}, form("sts", "AssumeRoleWithWebIdentity", given))

    def raw(self, data):
        """Sends bytes that no HTTP library would and returns all that comes back until the server closes."""
        with socket.create_connection((self.hostname, self.port), timeout=DEADLINE_SECONDS) as plain:
            with self.trust.wrap_socket(plain, server_hostname=self.hostname) as stream:
                received = b""
                try:
                    stream.sendall(data)
                    while chunk := stream.recv(65536):
                        received += chunk
                except (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError):
                    # A server may stop reading a request that it has already refused.
                    pass
                return received


def form(service, action, parameters):
    return urllib.parse.urlencode({"Action": action, "Version": VERSIONS[service], **parameters}).encode()
