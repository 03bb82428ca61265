"""Certificates made with Python's library alone, right and wrong ones alike; what no tool would write is easy here."""

import base64
import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from . import forge

SERVER_USAGE, CLIENT_USAGE = (bytes.fromhex("06082b060105050703") + bytes([last]) for last in (1, 2))
ECDSA_SHA256 = bytes.fromhex("06082a8648ce3d040302")
EC_KEY = bytes.fromhex("06072a8648ce3d0201")
P256 = bytes.fromhex("06082a8648ce3d030107")
RSA_KEY = bytes.fromhex("06092a864886f70d010101")
COMMON_NAME = bytes.fromhex("0603550403")
BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE, ALTERNATIVE_NAME = (
    bytes.fromhex("0603551d") + bytes([last]) for last in (0x13, 0x0F, 0x25, 0x11)
)
DAY = timedelta(days=1)


def element(tag, *contents):
    """DER (X.690 §8.1)."""
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def sequence(*contents):
    return element(0x30, *contents)


def integer(number):
    return element(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def bits(content):
    return element(0x03, b"\0", content)


def pem(kind, der):
    body = base64.encodebytes(der).decode().replace("\n", "")
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""])


def public_key_info(key):
    """RFC 5280 §4.1.2.7."""
    if isinstance(key, forge.RsaKey):
        return sequence(sequence(RSA_KEY, element(0x05)), bits(sequence(integer(key.n), integer(key.e))))
    return sequence(sequence(EC_KEY, P256), bits(b"\4" + key.joined(*key.point)))


def private_key_pem(key):
    if isinstance(key, forge.RsaKey):
        # RFC 8017 §A.1.2.
        numbers = (0, key.n, key.e, key.d, key.p, key.q, key.dp, key.dq, key.qi)
        return pem("RSA PRIVATE KEY", sequence(*map(integer, numbers)))
    # RFC 5915 §3.
    secret = element(0x04, key.secret.to_bytes(key.SIZE, "big"))
    return pem("EC PRIVATE KEY", sequence(integer(1), secret, element(0xA0, P256)))


def name(text):
    return sequence(element(0x31, sequence(COMMON_NAME, element(0x0C, text.encode()))))


def time(moment):
    return element(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def extension(identifier, value, critical=False):
    return sequence(identifier, element(0x01, b"\xff") if critical else b"", element(0x04, value))


def alternative_name(host):
    try:
        return element(0x87, ipaddress.ip_address(host).packed)
    except ValueError:
        return element(0x82, host.encode())


@dataclass(frozen=True)
class Certificate:
    subject: str
    key: object
    der: bytes

    @property
    def pem(self):
        return pem("CERTIFICATE", self.der)

    @property
    def thumbprint(self):
        return hashlib.sha1(self.der).hexdigest()

    def issue(self, subject, key, rng, **options):
        return _certificate(subject, key, self.subject, self.key, rng, **options)


def self_signed(subject, key, rng, **options):
    return _certificate(subject, key, subject, key, rng, **options)


def authority(subject, key, rng):
    return self_signed(subject, key, rng, is_authority=True)


def _certificate(subject, key, issuer, issuer_key, rng, *, hosts=(), usage=SERVER_USAGE, days=(-1, 30), **kind):
    """`days` from now: from and until when it is valid. `issuer_key` is on P-256."""
    now = datetime.now(timezone.utc)
    is_authority = kind.get("is_authority", False)
    extensions = [extension(BASIC_CONSTRAINTS, sequence(element(0x01, b"\xff") if is_authority else b""), True)]
    if is_authority:
        extensions.append(extension(KEY_USAGE, element(0x03, b"\1\6"), True))  # keyCertSign, cRLSign
    else:
        extensions.append(extension(EXTENDED_KEY_USAGE, sequence(usage)))
    if hosts:
        extensions.append(extension(ALTERNATIVE_NAME, sequence(*map(alternative_name, hosts))))
    first, last = (time(now + number * DAY) for number in days)
    algorithm = sequence(ECDSA_SHA256)
    told = sequence(
        element(0xA0, integer(2)),
        integer(rng.getrandbits(120)),
        algorithm,
        name(issuer),
        sequence(first, last),
        name(subject),
        public_key_info(key),
        element(0xA3, sequence(*extensions)),
    )
    signature = sequence(*map(integer, issuer_key.halves(told)))
    return Certificate(subject, key, sequence(told, algorithm, bits(signature)))
