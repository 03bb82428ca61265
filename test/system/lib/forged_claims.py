"""Forgeries of the claims: issuer, audience, times and subject, and JSON that two readers read differently."""

import json
import time
import urllib.parse

from .forgery import ABSENT, ACCEPTED, DENIED, EXPIRED, INVALID, VALIDATION, text_of, with_member

# Letters that look like others: Cyrillic a, e, o; full width; a soft hyphen; a combining mark.
LOOK_ALIKES = {"a": "\u0430", "e": "\u0435", "o": "\u043e", "s": "\uff53", ".": "\u3002", "/": "\u2215"}

# What a claim may be instead of a string.
NO_STRINGS = {"a number": 7, "null": None, "true": True, "an object": {"value": "x"}, "a nested array": [["x"]]}


def cases(target, other_issuer):
    yield from issuers(target, other_issuer)
    yield from audiences(target)
    yield from parties(target)
    yield from times(target)
    yield from subjects(target)
    yield from texts(target)


def shown(value):
    if value is ABSENT:
        return "missing"
    text = ascii(value)
    return text if len(text) < 100 else f"of {len(value)} characters"


def claim_cases(target, claim, values, outcome=INVALID, step=None):
    for value in values:
        claims = target.claims(**{claim: value})
        yield target.case(f"{claim} {shown(value)}", target.header(), claims, outcome, step)


def issuers(target, other_issuer):
    issuer = target.issuer
    parsed = urllib.parse.urlsplit(issuer)
    host, path = parsed.hostname, parsed.path
    wrong = [
        issuer + "/",
        issuer + "//",
        issuer + "?",
        issuer + "#",
        issuer + "/../" + path.rpartition("/")[2],
        issuer + "/.",
        issuer + " ",
        issuer + "\n",
        issuer + "\0",
        issuer + "\0.example",
        " " + issuer,
        issuer.upper(),
        issuer.replace("https://", "HTTPS://"),
        issuer.replace(host, host.upper()),
        issuer.replace(host, host.capitalize()),
        issuer.replace(host, host + "."),
        issuer.replace(host, host + ":443"),
        issuer.replace(host, host + ":"),
        issuer.replace(host, host + ":8443"),
        issuer.replace("https://", "https://user@"),
        issuer.replace("https://", "https://user:password@"),
        issuer.replace("https://", "https://" + host + "@stranger.example/"),
        issuer.replace("https://", "http://"),
        issuer.replace("https://", "https:///"),
        issuer.replace("https://", "https:\\\\"),
        issuer.replace("https://", "//"),
        issuer.removeprefix("https://"),
        issuer.replace(path, "/" + path) if path else issuer + "/x",
        issuer.replace(path, urllib.parse.quote(path, safe="").replace("%", "%25")) if path else issuer + "%2f",
        issuer.replace(host, "stranger.example"),
        issuer.replace(host, "127.0.0.1"),
        other_issuer,
        other_issuer + "/../" + issuer,
        "https://issuer.example/" + "a" * 2000,
        "\0\1\2\3<iss>&amp;]]>\ufffe\uffff",
    ]
    wrong += [issuer.replace(letter, like, 1) for letter, like in LOOK_ALIKES.items() if letter in host + path]
    yield from claim_cases(target, "iss", wrong)
    yield from claim_cases(target, "iss", [*NO_STRINGS.values(), ABSENT, "", [], {}, [issuer], {"iss": issuer}])


def audiences(target):
    right = target.audience
    wrong = ["someone.else", right.upper(), right + " ", " " + right, right + "\0", right + ".", right + "/"]
    wrong += ["https://" + right, right[:-1], "*", right.replace("s", LOOK_ALIKES["s"], 1), "a" * 5000]
    yield from claim_cases(target, "aud", wrong, step="audience_allowed")
    wrapped = [[name] for name in ("someone.else", right.upper(), right + "\0")]
    yield from claim_cases(target, "aud", wrapped, step="audience_allowed")
    # Without `azp`, nobody can tell for which of them the token is.
    several = [[right, right], [right, "someone.else"], ["someone.else", right]]
    several.append([*(f"a{number}" for number in range(500)), right])
    yield from claim_cases(target, "aud", several, step="audience_allowed")
    no_strings = [*NO_STRINGS.values(), ABSENT, "", [], {}, [right, 1], [right, None], [[right]], {"aud": right}]
    yield from claim_cases(target, "aud", no_strings, step="claims_complete")
    yield from claim_cases(target, "aud", [right, [right]], ACCEPTED)


def parties(target):
    right = target.audience
    both = [right, "someone.else"]
    for azp in ("someone.else", right.upper(), right + "\0", "", " "):
        for aud in (right, both):
            claims = target.claims(aud=aud, azp=azp)
            yield target.case(f"azp {azp!a} beside aud {aud}", target.header(), claims, step="audience_allowed")
    for azp in (1, None, True, [right], {"azp": right}):
        claims = target.claims(azp=azp)
        yield target.case(f"azp {text_of(azp)}", target.header(), claims, step="claims_complete")
    yield target.case("azp of one among two", target.header(), target.claims(aud=both, azp=right), ACCEPTED)


def times(target):
    now = int(time.time())
    later = now + 3600
    no_dates = [*NO_STRINGS.values(), "", [later], str(later), -later, -1, later + 0.5, float(later), later * 1000]
    no_dates += [2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**70, 253402300800]
    no_dates.remove(NO_STRINGS["a number"])
    for claim in ("exp", "iat", "nbf"):
        yield from claim_cases(target, claim, no_dates, step="claims_complete")
    yield from claim_cases(target, "exp", [ABSENT], step="claims_complete")
    yield from claim_cases(target, "iat", [ABSENT], step="claims_complete")
    texts = ["1e10", "1E10", "1.0e10", "-0.0", "9999999999.0"]
    for text in texts:
        claims = target.claims(exp=ABSENT)
        name = f"exp as the number {text}"
        yield target.case(name, target.header(), with_member(claims, f'"exp":{text}'), step="claims_complete")
    words = ["NaN", "Infinity", "+9999999999", "09999999999", "0x7fffffff", "1e400", "9_999_999_999", "1e", "99.", "٩"]
    for text in words:
        claims = target.claims(exp=ABSENT)
        name = f"exp as the word {ascii(text)}"
        yield target.case(name, target.header(), with_member(claims, f'"exp":{text}'), step="token_parsed")
    yield from claim_cases(target, "exp", [0, 1, now - 301, now - 3600, now - 10**9], EXPIRED)
    yield from claim_cases(target, "nbf", [now + 400, later, 253402300799], step="token_times_valid")
    yield from claim_cases(target, "iat", [now + 400, later, 253402300799], step="token_times_valid")
    swapped = target.claims(exp=now - 3600, iat=later)
    yield target.case("exp and iat swapped", target.header(), swapped, EXPIRED)
    # 5 minutes of leeway for the clocks of others.
    yield target.case("expired 4 minutes ago", target.header(), target.claims(exp=now - 240), ACCEPTED)
    yield target.case("valid in 4 minutes", target.header(), target.claims(nbf=now + 240), ACCEPTED)


def subjects(target):
    right = target.subject
    wrong = [
        right + " ",
        " " + right,
        right + "\0",
        right + "\0x",
        right + "\n",
        right + "\t",
        right + "/",
        right + "*",
        right + "?",
        right + ":x",
        right + "\u200b",
        right + "\u0301",
        right.upper(),
        right.capitalize(),
        right[:-1],
        right[1:],
        right + right,
        right.replace(":", "："),
        right.replace(":default:", ":Default:"),
        right.replace(":default:", ":other:"),
        right.replace(":default:", ":default::"),
        right.replace(":default:", ":default/"),
        right.replace(":", "%3A"),
        right.replace("system:", "${aws:system}:"),
        "*",
        "?" * len(right),
        "${sub}",
        "system:serviceaccount:*:*",
        "system:anonymous",
        "system:masters",
        right + "," + right,
        json.dumps([right]),
        "s" * 9000,
        "<sub>&lt;\0\uffff]]>",
    ]
    wrong += [right.replace(letter, like, 1) for letter, like in LOOK_ALIKES.items() if letter in right]
    yield from claim_cases(target, "sub", wrong, DENIED)
    yield from claim_cases(target, "sub", [*NO_STRINGS.values(), ABSENT, "", [], [right], {}], step="claims_complete")


def texts(target):
    """Claims that one reader takes and another takes otherwise."""
    claims = target.claims()
    right = text_of(claims)
    broken = {f"{name} twice": with_member(claims, f'"{name}":{text_of(claims[name])}') for name in claims}
    broken |= {
        "sub twice, another first": with_member(claims, '"sub":"system:serviceaccount:kube-system:admin"'),
        "sub twice, another last": right[:-1] + ',"sub":"system:serviceaccount:kube-system:admin"}',
        "sub twice, once escaped": with_member(claims, '"\\u0073ub":"other"'),
        "iss twice, another first": with_member(claims, '"iss":"https://stranger.example"'),
        "aud twice, another first": with_member(claims, '"aud":"someone.else"'),
        "exp twice, a later one last": right[:-1] + ',"exp":253402300799}',
        "a nested member twice": with_member(claims, '"kubernetes.io":{"namespace":"a","namespace":"b"}'),
        "a byte-order mark": "\ufeff" + right,
        "UTF-16": right.encode("utf-16"),
        "bytes after it": right + "x",
        "another object after it": right + right,
        "a NUL after it": right + "\0",
        "a NUL before it": "\0" + right,
        "a comment": right[:-1] + "// \n}",
        "a comma too many": right[:-1] + ",}",
        "single quotes": right.replace('"', "'"),
        "names without quotes": right.replace('"iss"', "iss"),
        "no end": right[:-1],
        "an array": f"[{right}]",
        "a string": json.dumps(right),
        "nothing": "",
        "white space": "  ",
        "null": "null",
        "a number": "1",
        "invalid UTF-8": right.encode()[:-1] + b',"a":"\xff\xfe"}',
        "UTF-8 that is too long": right.encode().replace(b"sub", b"s\xc1\xb5b"),
        "a surrogate in UTF-8": right.encode()[:-1] + b',"a":"\xed\xa0\x80"}',
        "beyond Unicode": right.encode()[:-1] + b',"a":"\xf4\x90\x80\x80"}',
        "half a surrogate pair": with_member(claims, '"a":"\\udc00"'),
        "a control character": with_member(claims, '"a":"\x01"'),
        "an unknown escape": with_member(claims, '"a":"\\x41"'),
        "deep nesting": with_member(claims, '"a":' + "[" * 3500 + "]" * 3500),
        "deep nesting without an end": "[" * 9000,
        "deep objects": '{"a":' * 1800 + "1" + "}" * 1800,
    }
    for name, text in broken.items():
        yield target.case(f"claims: {name}", target.header(), text, step="token_parsed")
    escaped = right.replace('"sub"', '"\\u0073ub"').replace('"iss"', '"\\u0069ss"')
    many = {**claims, **{f"extra{number}": number for number in range(500)}}
    good = {"white space": json.dumps(claims, indent=2), "escaped names": escaped, "many members": many}
    good |= {"nested names alike": {**claims, "act": {"sub": "other", "iss": "other"}}}
    good |= {"other letters": {**claims, "a": "ü\u2028"}}
    for name, text in good.items():
        yield target.case(f"claims: {name}", target.header(), text, ACCEPTED)
    yield target.case("claims: too many", target.header(), {**claims, "pad": "a" * 20000}, VALIDATION)
