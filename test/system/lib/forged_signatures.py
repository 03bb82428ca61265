"""Forgeries of the signature and of the text around it."""

import hashlib
import json
import urllib.parse

from . import forge, tokens
from .forgery import INVALID, NUL, VALIDATION, Case, text_of

HOLDS_NOT = "signature_of_token_verified"


def texts(target):
    """What is no compact serialisation (RFC 7515 §7.1), around a token that is right."""
    good = target.good()
    header, claims, signature = good.split(".")
    parts = (header, claims, signature)
    broken = {
        "nothing but dots": "....",
        "two parts": f"{header}.{claims}",
        "one part": header + claims + signature,
        "four parts": f"{good}.{signature}",
        "five parts": f"{header}.{claims}.{signature}.{claims}.{signature}",
        "a dot before it": "." + good,
        "a dot after it": good + ".",
        "two dots": f"{header}..{claims}.{signature}",
        "no header": f".{claims}.{signature}",
        "the token twice": good + good,
        "two tokens": f"{good},{good}",
        "a scheme before it": "Bearer " + good,
        "quotes around it": f'"{good}"',
        "a line end after it": good + "\n",
        "a line end before it": "\r\n" + good,
        "a blank after it": good + " ",
        "a blank within it": f"{header}. {claims}.{signature}",
        "a line end within it": f"{header}.{claims[:40]}\n{claims[40:]}.{signature}",
        "a byte-order mark": "\ufeff" + good,
        "another dot": good.replace(".", "\u3002"),
        "encoded dots": good.replace(".", "%2E"),
        "lower case": good.lower(),
        "full-width letters": good.translate({ord(letter): ord(letter) + 0xFEE0 for letter in "eyJ"}),
        "flattened JSON": text_of({"protected": header, "payload": claims, "signature": signature}),
        "general JSON": text_of({"payload": claims, "signatures": [{"protected": header, "signature": signature}]}),
        "JSON beside the token": text_of({"token": good}),
        "an unprotected header": text_of(
            {"header": json.loads(tokens.decode(header)), "payload": claims, "signature": signature}
        ),
    }
    for place, name in enumerate(("header", "claims", "signature")):
        for padding in ("=", "==", "===", "====", "%3D"):
            broken[f"{padding} after the {name}"] = replaced(parts, place, parts[place] + padding)
        for letter in ("+", "/", "~", "!", "ä", "-\n"):
            text = parts[place][:-4] + letter + parts[place][-3:]
            broken[f"{letter!a} in the {name}"] = replaced(parts, place, text)
        broken[f"a single letter more in the {name}"] = replaced(parts, place, lengthened(parts[place]))
    for name, token in broken.items():
        yield Case(f"text: {name}", token, INVALID, "token_parsed")
    yield Case("text: a NUL after it", good + "\0", NUL)
    yield Case("text: a NUL within it", f"{header}.{claims}\0.{signature}", NUL)
    yield from loose_bits(target)
    yield Case("text: 3 characters", "a.b", VALIDATION, "parameters_valid")
    yield Case("text: 20,001 characters", good + "A" * (20001 - len(good)), VALIDATION, "parameters_valid")
    yield Case("text: no characters", "", VALIDATION, "parameters_valid")


def replaced(parts, place, text):
    return ".".join(text if number == place else part for number, part in enumerate(parts))


def lengthened(text):
    """One letter beyond a whole group holds no byte at all."""
    return text + "A" * ((1 - len(text)) % 4 or 4)


def loose_bits(target):
    """RFC 4648 §3.5: the last letter's spare bits, which change no byte, must be zero."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    parts = target.good().split(".")
    found = 0
    for place, name in enumerate(("header", "claims", "signature")):
        spare = {2: 4, 3: 2}.get(len(parts[place]) % 4, 0)
        for bits in range(1, 1 << spare):
            last = letters[letters.index(parts[place][-1]) | bits]
            token = replaced(parts, place, parts[place][:-1] + last)
            yield Case(f"text: spare bits {bits} of the {name}", token, INVALID, "token_parsed")
            found += 1
    assert found, "a signature of 256 or 64 bytes has spare bits"


def any_key(target):
    """Signatures that are wrong whatever the algorithm."""
    good, other = target.good(), target.another()
    header, claims, signature = good.split(".")
    right, size = tokens.decode(signature), len(tokens.decode(signature))
    signing_input = f"{header}.{claims}"
    wrong = {
        "empty": b"",
        "of one byte": right[:1],
        "cut by a byte": right[:-1],
        "cut to its half": right[: size // 2],
        "without its first byte": right[1:],
        "a byte longer": right + b"\0",
        "with a zero before it": b"\0" + right,
        "twice": right + right,
        "of zeros": bytes(size),
        "of ones": b"\xff" * size,
        "the number one": bytes(size - 1) + b"\1",
        "reversed": right[::-1],
        "of random bytes": target.rng.randbytes(size),
        "of another token": tokens.decode(other.split(".")[2]),
        "its own text": signature.encode(),
        "hexadecimal": right.hex().encode(),
        "the digest": hashlib.sha256(signing_input.encode()).digest(),
        "very long": right * 30,
    }
    for name, data in wrong.items():
        yield Case(f"signature {name}", f"{signing_input}.{tokens.encode(data)}", INVALID, HOLDS_NOT)
    for bit in sorted(target.rng.sample(range(size * 8), 24)):
        flipped = bytearray(right)
        flipped[bit // 8] ^= 1 << bit % 8
        yield Case(f"signature with bit {bit} flipped", f"{signing_input}.{tokens.encode(flipped)}", INVALID, HOLDS_NOT)
    for place in sorted(target.rng.sample(range(len(claims) - 8), 8)):
        # Other claims under the old signature; most are no JSON any more.
        letter = "A" if claims[place] != "A" else "B"
        altered = claims[:place] + letter + claims[place + 1 :]
        yield Case(f"claims with letter {place} changed", f"{header}.{altered}.{signature}", INVALID)
    stranger = target.stranger if target.jwk["kty"] == "RSA" else forge.P256Key(target.rng, "stranger")
    yield Case("a stranger's signature", forge.signed(stranger, target.header(), target.claims()), INVALID, HOLDS_NOT)
    if target.trusted:
        for name, text in {"claims": claims, "header": header, "text without its dot": header + claims}.items():
            data = target.key.sign(text.encode())
            yield Case(f"signature of the {name} alone", f"{signing_input}.{tokens.encode(data)}", INVALID, HOLDS_NOT)


def rsa(target):
    """RSASSA-PKCS1-v1_5 (RFC 8017 §8.2): one encoding of a digest, and one number for it."""
    key = target.key
    text = tokens.signing_input(target.header(), target.claims())
    digest = hashlib.sha256(text.encode()).digest()
    for name, encoded in encodings(key, text.encode(), digest).items():
        token = f"{text}.{tokens.encode(key.sign_encoded(encoded))}"
        yield Case(f"encoding: {name}", token, INVALID, HOLDS_NOT)
    yield from roots(target) if key.e == 3 else numbers(target)


def encodings(key, message, digest):
    """Signed by the key itself, and wrong in one place each."""
    info = forge.DIGEST_INFO["sha256"]

    def filled(block, start=b"\0\1", fill=b"\xff"):
        return start + fill * (key.size - len(block) - 3) + b"\0" + block

    def short(block, length=8):
        """Garbage where the padding should be (Bleichenbacher 2006)."""
        head = b"\0\1" + b"\xff" * length + b"\0" + block
        return head + b"\xaa" * (key.size - len(head))

    no_null = bytes.fromhex("302f300b0609608648016503040201") + b"\x04\x20"
    long_form = bytes.fromhex("308131300d060960864801650304020105000420")
    return {
        "the digest alone": filled(digest),
        "the message alone": filled(message[:100]),
        "no NULL parameter": filled(no_null + digest),
        "a length of two bytes": filled(long_form + digest),
        "SHA-1's name": filled(bytes.fromhex("3021300906052b0e03021a05000414") + digest[:20]),
        "SHA-512's name over SHA-256": filled(forge.DIGEST_INFO["sha512"] + digest + digest),
        "another digest": filled(info + hashlib.sha256(digest).digest()),
        "bytes after the digest": filled(info + digest + b"\0"),
        "garbage after a short padding": short(info + digest),
        "garbage after no padding": short(info + digest, 0),
        "block type 0": filled(info + digest, b"\0\0", b"\0"),
        "block type 2": filled(info + digest, b"\0\2"),
        "padding of 0xfe": filled(info + digest, fill=b"\xfe"),
        "padding of zeros": filled(info + digest, fill=b"\0"),
        "no zero after the padding": b"\0\1" + b"\xff" * (key.size - len(info + digest) - 2) + info + digest,
        "a first byte of one": filled(info + digest, b"\1\1") if key.n >> (key.size * 8 - 8) > 1 else filled(digest),
        "parameters of garbage": filled(
            bytes.fromhex("3041301d06096086480165030402010410") + b"\xaa" * 16 + b"\x04\x20" + digest
        ),
    }


def numbers(target):
    """RFC 8017 §8.2.2: as long as the modulus, and below it."""
    key = target.key
    special = {"n": key.n, "n - 1": key.n - 1, "n + 1": key.n + 1}
    for name, number in special.items():
        text = tokens.signing_input(target.header(), target.claims())
        yield Case(f"signature is {name}", f"{text}.{tokens.encode(key.bytes(number))}", INVALID, HOLDS_NOT)
    above = below = None
    # One signature in five is small enough to hold another n, one in 256 begins with a zero.
    for _ in range(3000):
        text = tokens.signing_input(target.header(), target.claims())
        number = int.from_bytes(key.sign(text.encode()), "big")
        if above is None and number + key.n < 1 << key.size * 8:
            above = f"{text}.{tokens.encode(key.bytes(number + key.n))}"
        if below is None and number < 1 << (key.size - 1) * 8:
            below = f"{text}.{tokens.encode(number.to_bytes(key.size - 1, 'big'))}"
        if above and below:
            break
    assert above and below, "no such signature among 3,000"
    yield Case("signature with n added", above, INVALID, HOLDS_NOT)
    yield Case("signature without its leading zero", below, INVALID, HOLDS_NOT)


def roots(target):
    """Bleichenbacher 2006: with an exponent of 3, a cube that begins or ends as an encoding needs no private key."""
    key, bits = target.key, target.key.size * 8
    for padding in (1, 8, 20):
        text = tokens.signing_input(target.header(), target.claims())
        info = forge.DIGEST_INFO["sha256"] + hashlib.sha256(text.encode()).digest()
        head = b"\0\1" + b"\xff" * padding + b"\0" + info
        space = bits - len(head) * 8
        root = forge.cube_root((int.from_bytes(head, "big") << space) + (1 << space) - 1)
        assert root**3 >> space == int.from_bytes(head, "big"), "a cube with this head"
        token = f"{text}.{tokens.encode(key.bytes(root))}"
        yield Case(f"a cube that begins right, padding of {padding}", token, INVALID, HOLDS_NOT)
    # The lowest bits of a cube root need an odd number.
    text, info = odd_digest(target)
    tail = b"\0" + info
    root = low_root(int.from_bytes(tail, "big"), len(tail) * 8)
    high = forge.cube_root(int.from_bytes(b"\0\1" + b"\xff" * 10, "big") << (bits - 96))
    root += high >> len(tail) * 8 << len(tail) * 8
    cube = key.bytes(root**3)
    assert cube.startswith(b"\0\1\xff") and cube.endswith(tail), "a cube with this head and tail"
    yield Case("a cube that begins and ends right", f"{text}.{tokens.encode(key.bytes(root))}", INVALID, HOLDS_NOT)


def odd_digest(target):
    while True:
        text = tokens.signing_input(target.header(), target.claims())
        digest = hashlib.sha256(text.encode()).digest()
        if digest[-1] & 1:
            return text, forge.DIGEST_INFO["sha256"] + digest


def low_root(number, bits):
    """The cube root modulo a power of two, bit by bit."""
    root = 1
    for bit in range(1, bits):
        if (root**3 ^ number) >> bit & 1:
            root |= 1 << bit
    return root


def curve(target):
    """ECDSA (RFC 7518 §3.4): r and s of 32 bytes each, neither zero nor the group's order or more."""
    key, order = target.key, target.key.ORDER
    text = tokens.signing_input(target.header(), target.claims())
    r, s = key.halves(text.encode())
    digest = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    wrong = {"zero": 0, "one": 1, "n": order, "n - 1": order - 1, "n + 1": order + 1, "all ones": (1 << 256) - 1}
    halves = {f"r {name}": (number, s) for name, number in wrong.items()}
    halves |= {f"s {name}": (r, number) for name, number in wrong.items()}
    # CVE-2022-21449: both zero held for every message in some libraries.
    halves |= {f"r and s {name}": (number, number) for name, number in wrong.items()}
    halves |= {"r zero, s n": (0, order), "r n, s zero": (order, 0), "r one, s n": (1, order), "swapped": (s, r)}
    halves |= {"r the base point's": (key.BASE[0], s), "r its negative": (order - r, s)}
    halves |= {"s the digest": (r, digest % order)}
    # The key's own point makes a signature of digest zero; here it must not.
    halves |= {"the key's point": (key.point[0] % order, key.point[0] % order)}
    for name, (first, second) in halves.items():
        token = f"{text}.{tokens.encode(key.joined(first, second))}"
        yield Case(f"signature: {name}", token, INVALID, HOLDS_NOT)
    forms = {
        "DER": der(r, s),
        "r of 33 bytes": b"\0" + key.joined(r, s),
        "s of 33 bytes": r.to_bytes(32, "big") + b"\0" + s.to_bytes(32, "big"),
        "both of 33 bytes": r.to_bytes(33, "big") + s.to_bytes(33, "big"),
        "both of 48 bytes": r.to_bytes(48, "big") + s.to_bytes(48, "big"),
        "both of 66 bytes": r.to_bytes(66, "big") + s.to_bytes(66, "big"),
        "little-endian": r.to_bytes(32, "little") + s.to_bytes(32, "little"),
        "DER of zeros": der(0, 0),
        "DER with a tail": der(r, s) + b"\0",
        "as decimal text": f"{r},{s}".encode(),
        "as encoded text": urllib.parse.quote_from_bytes(key.joined(r, s)).encode(),
    }
    for name, data in forms.items():
        yield Case(f"signature: {name}", f"{text}.{tokens.encode(data)}", INVALID, HOLDS_NOT)


def der(r, s):
    body = b"".join(b"\x02" + bytes([len(data)]) + data for data in (minimal(r), minimal(s)))
    return b"\x30" + bytes([len(body)]) + body


def minimal(number):
    return number.to_bytes(number.bit_length() // 8 + 1, "big")
