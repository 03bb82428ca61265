"""A cluster's issuer as the outside world meets it: through the proxy, at its own name and port 443."""

import hashlib
import http.client
import json
import re
import ssl
import subprocess
import urllib.parse

DEADLINE_SECONDS = 30


def fetch(server, environment, url):
    """The JSON document at a URL of the issuer host."""
    target = urllib.parse.urlsplit(url)
    trust = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])
    connection = http.client.HTTPSConnection("127.0.0.1", server.proxy_port, context=trust, timeout=DEADLINE_SECONDS)
    connection.set_tunnel(target.hostname, 443)
    try:
        connection.request("GET", target.path)
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise AssertionError(f"GET {url}: {response.status} {body[:200]!r}")
        return json.loads(body)
    finally:
        connection.close()


def thumbprint(server, issuer):
    """SHA-1 of the last certificate presented, taken as IAM's guide says to: with openssl s_client."""
    host = urllib.parse.urlsplit(issuer).hostname
    shown = subprocess.run(
        ["openssl", "s_client", "-proxy", f"127.0.0.1:{server.proxy_port}", "-connect", f"{host}:443"]
        + ["-servername", host, "-showcerts"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
    )
    presented = re.findall(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", shown.stdout, re.DOTALL)
    if not presented:
        raise AssertionError(f"{host} presented no certificate:\n{shown.stdout}{shown.stderr}")
    return hashlib.sha1(ssl.PEM_cert_to_DER_cert(presented[-1])).hexdigest()
