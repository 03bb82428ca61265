"""What a forged token is, what may become of it, and the issuers that are attacked."""

import json
import time
from dataclasses import dataclass

from . import forge

ACCEPTED = (200, None)
INVALID = (400, "InvalidIdentityToken")
EXPIRED = (400, "ExpiredTokenException")
VALIDATION = (400, "ValidationError")
NUL = (400, "MalformedInput")
DENIED = (403, "AccessDenied")

# The step that a trace must name as the decisive one, for each answer.
STEPS = {
    INVALID: {
        "token_parsed",
        "issuer_known",
        "provider_found",
        "claims_complete",
        "audience_allowed",
        "key_found",
        "signature_of_token_verified",
        "token_times_valid",
    },
    EXPIRED: {"token_times_valid"},
    VALIDATION: {"parameters_valid"},
    NUL: {"request_parsed"},
    DENIED: {"trust_policy_allowed"},
}

# Refused before the account is known: only the host's administrator may see why.
ACCOUNTLESS = (VALIDATION, NUL)


@dataclass(frozen=True)
class Case:
    name: str
    token: str
    outcome: tuple
    step: str = None  # the decisive one, where the case is about a certain check


class Target:
    """An issuer that the account trusts, a role that trusts one of its subjects, and a token that is right.

    `key` signs forgeries. Where it is the issuer's own, a forgery fails for what it says and not for its signature;
    where it is a stranger's, whatever it says must fail. `stranger` is an RSA key that nobody trusts, `other_kid` the
    id of another issuer's key, `siblings` the ids of the issuer's other keys.
    """

    def __init__(self, rng, issuer, role_arn, subject, key, *, audience, stranger, other_kid, **options):
        self.rng, self.issuer, self.role_arn = rng, issuer, role_arn
        self.subject, self.audience = subject, audience
        self.key, self.stranger, self.other_kid = key, stranger, other_kid
        self.jwk = options.get("jwk") or key.jwk()
        self.kid, self.siblings = self.jwk["kid"], options.get("siblings", ())
        self.trusted = options.get("trusted", True)

    def header(self, **changes):
        return changed({"alg": self.key.algorithm, "kid": self.kid, "typ": "JWT"}, changes)

    def claims(self, **changes):
        now = int(time.time())
        right = {"iss": self.issuer, "aud": self.audience, "sub": self.subject, "iat": now, "exp": now + 3600}
        # A claim of its own makes each token a new one.
        return changed({**right, "jti": f"{self.rng.getrandbits(128):032x}"}, changes)

    def sign(self, header, claims):
        return forge.signed(self.key, header, claims)

    def good(self):
        """A token that must be accepted."""
        return self.sign(self.header(), self.claims())

    def another(self):
        """A token of another subject, signed as well as the good one."""
        return self.sign(self.header(), self.claims(sub="another"))

    def case(self, name, header, claims, outcome=INVALID, step=None):
        """Signed like the right token. A stranger's signature is refused whatever the token says."""
        if not self.trusted and outcome is not VALIDATION:
            outcome, step = INVALID, step if outcome is INVALID and step in UNSIGNED_STEPS else None
        return Case(name, self.sign(header, claims), outcome, step)


class OwnTarget(Target):
    """A cluster of the server's own, whose key nobody else has: its tokens are the server's, its forger a stranger."""

    def __init__(self, minted, another, *arguments, **options):
        super().__init__(*arguments, trusted=False, **options)
        self.minted, self.minted_another = minted, another

    def good(self):
        return self.minted

    def another(self):
        return self.minted_another


# Decided before anybody looks at the signature.
UNSIGNED_STEPS = {"token_parsed", "provider_found", "claims_complete", "audience_allowed", "key_found"}

ABSENT = object()


def changed(members, changes):
    return {name: value for name, value in {**members, **changes}.items() if value is not ABSENT}


def text_of(members):
    return json.dumps(members, separators=(",", ":"))


def with_member(members, text):
    """JSON text with one more member in front, as only text can have it: twice, or spelt otherwise."""
    return "{" + text + "," + text_of(members)[1:]

