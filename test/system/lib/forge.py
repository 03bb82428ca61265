"""Keys made from a seed, and signatures that no library would make: RSA and NIST curves in plain integers.

Nothing here is fit for protecting anything: it exists to attack, and to do it again from the same seed.
"""

import base64
import functools
import hashlib
import json
import math

from . import tokens

# DigestInfo up to the digest itself (RFC 8017 §9.2, note 1).
DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
SMALL_PRIMES = math.prod(number for number in range(2, 2000) if all(number % part for part in range(2, number)))


def is_prime(number, rng, rounds=5):
    """Of a number far above 2000, chosen at random: few rounds leave no doubt (FIPS 186-5, table B.1)."""
    if math.gcd(number, SMALL_PRIMES) != 1:
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(rounds):
        power = pow(rng.randrange(2, number - 1), odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


def prime(bits, exponent, rng):
    while True:
        candidate = rng.getrandbits(bits) | 1 << (bits - 1) | 1
        if candidate % exponent != 1 and is_prime(candidate, rng):
            return candidate


def cube_root(number):
    """The greatest integer whose cube is not above the number."""
    low, high = 0, 1 << (number.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**3 <= number else (low, middle - 1)
    return low


class RsaKey:
    algorithm, DIGEST = "RS256", "sha256"

    def __init__(self, rng, kid, exponent=65537, bits=2048):
        self.kid, self.e = kid, exponent
        # A modulus well below the power of two leaves room for a signature with the modulus added to it.
        self.n = 0
        while self.n.bit_length() != bits or self.n >> (bits - 4) > 0xC:
            self.p, self.q = prime(bits // 2, exponent, rng), prime(bits // 2, exponent, rng)
            self.n = self.p * self.q
        self.size = bits // 8
        self.d = pow(exponent, -1, (self.p - 1) * (self.q - 1))
        self.dp, self.dq, self.qi = self.d % (self.p - 1), self.d % (self.q - 1), pow(self.q, -1, self.p)

    def bytes(self, number):
        return number.to_bytes(self.size, "big")

    def private(self, number):
        first, second = pow(number, self.dp, self.p), pow(number, self.dq, self.q)
        return second + self.q * ((first - second) * self.qi % self.p)

    def sign_encoded(self, encoded):
        """A raw private operation on an encoded message, well formed or not."""
        return self.bytes(self.private(int.from_bytes(encoded, "big")))

    def encoded(self, message, digest="sha256"):
        info = DIGEST_INFO[digest] + hashlib.new(digest, message).digest()
        return b"\0\1" + b"\xff" * (self.size - len(info) - 3) + b"\0" + info

    def sign(self, message, digest=None):
        return self.sign_encoded(self.encoded(message, digest or self.DIGEST))

    def sign_pss(self, message, rng, digest="sha256"):
        """RSASSA-PSS (RFC 8017 §8.1) with a salt of the digest's length, as RFC 7518 §3.5 wants it."""
        new = lambda data: hashlib.new(digest, data).digest()
        salt = rng.randbytes(hashlib.new(digest).digest_size)
        check = new(bytes(8) + new(message) + salt)
        length = self.size - len(check) - 1
        block = bytes(length - len(salt) - 1) + b"\1" + salt
        mask = b"".join(new(check + counter.to_bytes(4, "big")) for counter in range(length // len(check) + 1))
        masked = bytearray(a ^ b for a, b in zip(block, mask))
        masked[0] &= 0x7F
        return self.sign_encoded(bytes(masked) + check + b"\xbc")

    def jwk(self):
        exponent = self.e.to_bytes((self.e.bit_length() + 7) // 8, "big")
        members = {"kty": "RSA", "use": "sig", "alg": self.algorithm, "kid": self.kid}
        return {**members, "n": tokens.encode(self.bytes(self.n)), "e": tokens.encode(exponent)}


class Rsa384Key(RsaKey):
    algorithm, DIGEST = "RS384", "sha384"


class Rsa512Key(RsaKey):
    algorithm, DIGEST = "RS512", "sha512"


class P256Key:
    algorithm, CURVE, DIGEST, SIZE = "ES256", "P-256", "sha256", 32
    PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
    ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    BASE = (
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    )

    def __init__(self, rng, kid):
        self.rng, self.kid = rng, kid
        self.secret = rng.randrange(1, self.ORDER)
        self.point = self.multiple(self.secret)

    @classmethod
    def add(cls, one, other):
        if one is None or other is None:
            return one or other
        if one[0] == other[0] and (one[1] + other[1]) % cls.PRIME == 0:
            return None
        if one == other:
            slope = 3 * (one[0] * one[0] - 1) * pow(2 * one[1], -1, cls.PRIME)
        else:
            slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, cls.PRIME)
        x = (slope * slope - one[0] - other[0]) % cls.PRIME
        return x, (slope * (one[0] - x) - one[1]) % cls.PRIME

    @classmethod
    @functools.cache
    def doubled(cls, times):
        return cls.BASE if times == 0 else cls.add(cls.doubled(times - 1), cls.doubled(times - 1))

    @classmethod
    def multiple(cls, factor):
        """So many times the base point."""
        result = None
        for bit in range(factor.bit_length()):
            if factor >> bit & 1:
                result = cls.add(result, cls.doubled(bit))
        return result

    def halves(self, message):
        """r and s of a good signature."""
        digest = int.from_bytes(hashlib.new(self.DIGEST, message).digest(), "big")
        while True:
            nonce = self.rng.randrange(1, self.ORDER)
            r = self.multiple(nonce)[0] % self.ORDER
            s = pow(nonce, -1, self.ORDER) * (digest + r * self.secret) % self.ORDER
            if r and s:
                return r, s

    @classmethod
    def joined(cls, r, s):
        return r.to_bytes(cls.SIZE, "big") + s.to_bytes(cls.SIZE, "big")

    def sign(self, message):
        return self.joined(*self.halves(message))

    def jwk(self):
        x, y = (tokens.encode(number.to_bytes(self.SIZE, "big")) for number in self.point)
        return {"kty": "EC", "use": "sig", "alg": self.algorithm, "kid": self.kid, "crv": self.CURVE, "x": x, "y": y}


class P384Key(P256Key):
    algorithm, CURVE, DIGEST, SIZE = "ES384", "P-384", "sha384", 48
    PRIME = 2**384 - 2**128 - 2**96 + 2**32 - 1
    ORDER = int(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
        "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973",
        16,
    )
    BASE = (
        int(
            "AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B98"
            "59F741E082542A385502F25DBF55296C3A545E3872760AB7",
            16,
        ),
        int(
            "3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147C"
            "E9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F",
            16,
        ),
    )


class P521Key(P256Key):
    algorithm, CURVE, DIGEST, SIZE = "ES512", "P-521", "sha512", 66
    PRIME = 2**521 - 1
    ORDER = int(
        "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
        "FA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409",
        16,
    )
    BASE = (
        int(
            "C6858E06B70404E9CD9E3ECB662395B4429C648139053FB521F828AF606B4D3DB"
            "AA14B5E77EFE75928FE1DC127A2FFA8DE3348B3C1856A429BF97E7E31C2E5BD66",
            16,
        ),
        int(
            "11839296A789A3BC0045C8A5FB42C7D1BD998F54449579B446817AFBD17273E66"
            "2C97EE72995EF42640C550B9013FAD0761353C7086A272C24088BE94769FD16650",
            16,
        ),
    )


def signed(key, header, claims, **options):
    text = tokens.signing_input(header, claims)
    return f"{text}.{tokens.encode(key.sign(text.encode(), **options))}"


def secret_forms(jwk):
    """Every text of an RSA public key that a confused verifier might take for an HMAC secret."""
    pem = tokens.public_key_pem(jwk)
    lines = pem.splitlines()
    return {
        "PEM": pem.encode(),
        "PEM without its last line end": pem.strip().encode(),
        "base64 of the DER": "".join(lines[1:-1]).encode(),
        "DER": base64.b64decode("".join(lines[1:-1])),
        "JWK": json.dumps(jwk, separators=(",", ":")).encode(),
        "JWK set": json.dumps({"keys": [jwk]}, separators=(",", ":")).encode(),
        "modulus": tokens.decode(jwk["n"]),
        "modulus as text": jwk["n"].encode(),
        "nothing": b"",
    }
