"""What an issuer may do to whoever asks for its keys, and what must become of a right token of its own meanwhile."""

import gzip
import json
import ssl
from dataclasses import dataclass, field

from . import certificates, forge
from .forgery import ABSENT, ACCEPTED, INVALID
from .rig import broken_off, endlessly, gone, head, ok, redirect, slowly, status

COMMUNICATION = (400, "IDPCommunicationError")
MIB = 1024 * 1024


@dataclass(frozen=True)
class Case:
    name: str
    outcome: tuple
    prepare: object  # what is wrong with the site
    reason: str = ""  # in the trace's detail
    code: str = None  # of the trace's decisive step, where it is not the issuer itself
    step: str = "issuer_known"
    header: dict = field(default_factory=dict)  # changes to the token's
    key: object = None  # signs in place of the site's
    listens: bool = True

    @property
    def trace_code(self):
        return self.code or ("issuer_unreachable" if self.outcome == COMMUNICATION else "issuer_unusable")


def discovery_is(answer):
    """The bytes, or script, or function of the site, in place of the discovery document."""

    def prepare(site):
        site.routes[site.discovery_path] = answer

    return prepare


def keys_are(answer):
    def prepare(site):
        site.routes["/keys"] = answer

    return prepare


def discovery_has(**changes):
    return lambda site: site.set_documents(**changes)


def of_site(function):
    """A discovery document made from the right one's text."""

    def prepare(site):
        site.routes[site.discovery_path] = ok(function(json.dumps(site.discovery())))

    return prepare


def publishes(*keys):
    return lambda site: site.set_documents(keys=list(keys))


def publishes_beside(*keys):
    return lambda site: site.set_documents(keys=[site.key.jwk(), *keys])


def redirects(times):
    def prepare(site):
        right = site.routes[site.discovery_path]
        site.routes[site.discovery_path] = redirect("/hop1")
        for number in range(1, times):
            site.routes[f"/hop{number}"] = redirect(f"/hop{number + 1}", (301, 302, 303, 307, 308)[number % 5])
        site.routes[f"/hop{times}"] = right

    return prepare


def redirects_to(target):
    return discovery_is(redirect(target))


def right_ones(rig, keys):
    """Issuers with nothing wrong, among them odd ones."""
    for key in keys:
        yield Case(f"right: {key.algorithm}", ACCEPTED, lambda site: None, key=key)
    chunked = head(200, Transfer_Encoding="chunked", Connection="close")

    def in_chunks(site):
        body = json.dumps(site.discovery()).encode()
        parts = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:9], body[9:]))
        site.routes[site.discovery_path] = chunked + parts + b"0\r\n\r\n"

    def at_another_host(site):
        other = rig.site(site.key)
        site.set_documents(jwks_uri=f"{other.origin}/keys")

    def by_a_redirect_to_another_host(site):
        other = rig.site(site.key)
        other.routes["/here"] = site.routes[site.discovery_path]
        site.routes[site.discovery_path] = redirect(f"{other.origin}/here")

    def under(path):
        def prepare(site):
            site.path = path
            site.set_documents()

        return prepare

    def until_closed(site):
        site.routes["/keys"] = head(200) + json.dumps({"keys": [site.key.jwk()]}).encode()

    def after_interim(site):
        site.routes["/keys"] = head(103, Link="</x>") * 3 + site.routes["/keys"]

    # OpenID Connect Discovery 1.0 §4.2 asks for application/json, and AWS documents no check of it: what the body
    # says decides.
    def as_page(site):
        site.routes[site.discovery_path] = ok(site.discovery(), Content_Type="text/html")
        site.routes["/keys"] = ok({"keys": [site.key.jwk()]}, Content_Type="image/png")

    def with_tickets(site):
        site.tickets = 20

    yield Case("right: five redirects", ACCEPTED, redirects(5))
    yield Case("right: a document in chunks", ACCEPTED, in_chunks)
    yield Case("right: the key set at another host", ACCEPTED, at_another_host)
    yield Case("right: a redirect to another host", ACCEPTED, by_a_redirect_to_another_host)
    yield Case("right: a path", ACCEPTED, under("/Tenant/one"))
    yield Case("right: a path with a slash at its end", ACCEPTED, under("/Tenant/one/"))
    yield Case("right: a body until the connection closes", ACCEPTED, until_closed)
    yield Case("right: interim answers", ACCEPTED, after_interim)
    yield Case("right: the wrong content type", ACCEPTED, as_page)
    yield Case("right: some session tickets", ACCEPTED, with_tickets)


def transport(rig):
    def plain_http(stream):
        stream.recv(65536)
        stream.sendall(status(400))

    def garbage(stream):
        stream.recv(65536)
        stream.sendall(b"\x16\x03\x03\xff\xff" + b"\xa5" * 4096)

    def at_once(stream):
        stream.close()

    def greets(script):
        def prepare(site):
            site.greet = script

        return prepare

    def old_tls(site):
        site.newest_tls = ssl.TLSVersion.TLSv1_1

    half = head(200, Content_Length=4096) + b'{"issuer":'
    yield Case("nobody listens", COMMUNICATION, lambda site: None, listens=False)
    yield Case("closed at once", COMMUNICATION, greets(at_once))
    yield Case("plain HTTP", COMMUNICATION, greets(plain_http))
    yield Case("no TLS but bytes", COMMUNICATION, greets(garbage))
    yield Case("TLS 1.1", COMMUNICATION, old_tls)
    yield Case("reset within the header", COMMUNICATION, discovery_is(broken_off(b"HTTP/1.1 200 Told\r\nServer: ")))
    yield Case("reset within the body", COMMUNICATION, discovery_is(broken_off(half)))
    yield Case("reset within the key set", COMMUNICATION, keys_are(broken_off(half)))
    yield Case("a body that ends early", COMMUNICATION, discovery_is(half))
    yield Case("nothing at all", COMMUNICATION, discovery_is(b""))


def slow_ones(rig):
    """Those that take the whole time."""

    def greets(first):
        def script(stream):
            stream.recv(65536)
            slowly(first, b"\0")(stream)

        def prepare(site):
            site.greet = script

        return prepare

    def silent(stream):
        stream.recv(65536)
        gone(stream, 10)

    def says_nothing(site):
        site.greet = silent

    late = "time"
    yield Case("a handshake that never comes", COMMUNICATION, says_nothing, late)
    yield Case("a handshake of a byte a second", COMMUNICATION, greets(b"\x16\x03\x03\x3f\xff\2"), late)
    yield Case("an answer that never comes", COMMUNICATION, discovery_is(lambda stream: gone(stream, 10)), late)
    yield Case("a header of a byte a second", COMMUNICATION, discovery_is(slowly(b"HTTP/1.1 200 Told\r\nX: ")), late)
    body = slowly(head(200, Content_Length=5000))
    yield Case("a body of a byte a second", COMMUNICATION, discovery_is(body), late)
    yield Case("a key set of a byte a second", COMMUNICATION, keys_are(body), late)
    chunk = slowly(head(200, Transfer_Encoding="chunked"), b"1\r\n \r\n")
    yield Case("a chunk a second", COMMUNICATION, keys_are(chunk), late)
    yield Case("an interim answer a second", COMMUNICATION, discovery_is(slowly(b"", head(103))), late)


def sizes(rig):
    block = b" " * 65536
    big = "more than 1048576 bytes"
    chunk = b"10000\r\n" + block + b"\r\n"
    bomb = gzip.compress(bytes(64 * MIB))

    def endless_tickets(site):
        site.tickets = 10_000_000

    yield Case("an endless body", INVALID, discovery_is(endlessly(head(200), block)), big)
    chunked = endlessly(head(200, Transfer_Encoding="chunked"), chunk)
    yield Case("endless chunks", INVALID, keys_are(chunked), big)
    yield Case("a body of 2 GiB", INVALID, discovery_is(head(200, Content_Length=2**31)), big)
    yield Case("a body of one byte too many", INVALID, keys_are(ok(b" " * (MIB + 1))), big)
    yield Case("an endless header", INVALID, discovery_is(endlessly(head(200)[:-2], b"X: y\r\n" * 1000)), "65536")
    yield Case("an endless header line", INVALID, discovery_is(endlessly(b"HTTP/1.1 200 Told\r\nX: ", block)), "header")
    yield Case("endless interim answers", INVALID, discovery_is(endlessly(b"", head(103) * 1000)), "65536")
    yield Case("endless session tickets", INVALID, endless_tickets, "TLS handshake messages")
    extension = endlessly(head(200, Transfer_Encoding="chunked") + b"1;", block)
    yield Case("an endless chunk extension", COMMUNICATION, keys_are(extension), "time")
    unasked = "encoding was not asked for"
    yield Case("a gzip bomb", INVALID, discovery_is(ok(bomb, Content_Encoding="gzip")), unasked)
    wrapped = head(200, Transfer_Encoding="gzip, chunked") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(bomb), bomb)
    yield Case("a gzip bomb as transfer encoding", INVALID, keys_are(wrapped), unasked)
    yield Case("a gzip bomb that nothing announces", INVALID, keys_are(ok(bomb)), "key set")


def answers(rig):
    for number in (500, 503, 429):
        yield Case(f"status {number}", COMMUNICATION, discovery_is(status(number)), f"the answer is {number}")
    for number in (204, 304, 401, 404):
        yield Case(f"status {number}", INVALID, discovery_is(status(number)), f"the answer is {number}")
    yield Case("status 503 for the key set", COMMUNICATION, keys_are(status(503)), "key set")
    yield Case("status 404 for the key set", INVALID, keys_are(status(404)), "key set")
    yield Case("HTTP/0.9", INVALID, discovery_is(b"{}"))
    yield Case("two lengths", INVALID, discovery_is(ok("{}", Content_length=7)), "Content-Length")
    yield Case("a list of lengths", INVALID, keys_are(ok("{}", Content_Length="2, 7")), "Content-Length")


def redirections(rig):
    def loops(site):
        site.routes[site.discovery_path] = redirect(site.origin + site.discovery_path)

    def another_port(site):
        site.routes[site.discovery_path] = redirect(f"{site.origin}:8444/")

    def to_http(site):
        site.routes[site.discovery_path] = redirect(f"http://{site.address}/")

    def to_a_stranger(site):
        """Whose certificate is worth nothing."""
        other = rig.site(site.key)
        other.certificates = [certificates.self_signed("x", rig.tls_key, rig.rng, hosts=[other.address])]
        site.routes[site.discovery_path] = redirect(other.origin)

    many, policy = "redirects more than 5 times", "outbound.allow_networks"
    yield Case("a loop of redirects", INVALID, loops, many)
    yield Case("six redirects", INVALID, redirects(6), many)
    yield Case("a redirect to http", INVALID, to_http, "https://")
    yield Case("a redirect to another port", INVALID, another_port, "port 8444 is not allowed")
    yield Case("a redirect to a stranger", INVALID, to_a_stranger, "not trusted")
    yield Case("a redirect to nowhere", INVALID, discovery_is(status(302)), "without a Location")
    two = head(302, Location="/one", location="/two", Content_Length=0)
    yield Case("a redirect to two places", INVALID, discovery_is(two), "two Location headers")
    for host in ("127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "0.0.0.0"):
        yield Case(f"a redirect to {host}", INVALID, redirects_to(f"https://{host}/"), policy)
    for host in ("2130706433", "0x7f000001", "0177.0.0.1", "127.1", "user@example.org", "exa mple.org"):
        yield Case(f"a redirect to {host}", INVALID, redirects_to(f"https://{host}/"), "refused")


def discovery_documents(rig):
    named = "which is not the provider's URL"

    def other_issuer(function):
        return lambda site: site.set_documents(issuer=function(site.url))

    def other_case(site):
        site.path = "/Tenant"
        site.set_documents(issuer=f"{site.origin}/tenant")

    yield Case("another issuer", INVALID, other_issuer(lambda url: "https://issuer.example"), named)
    yield Case("the issuer in another case", INVALID, other_case, named)
    yield Case("the issuer with a slash more", INVALID, other_issuer(lambda url: url + "/"), named)
    yield Case("the issuer with a port", INVALID, other_issuer(lambda url: url + ":443"), named)
    yield Case("the issuer over http", INVALID, other_issuer(lambda url: url.replace("https", "http")), named)
    yield Case("no issuer", INVALID, discovery_has(issuer=ABSENT), "`issuer` is missing")
    yield Case("a list of issuers", INVALID, discovery_has(issuer=[]), "`issuer` is missing or no string")
    yield Case("no jwks_uri", INVALID, discovery_has(jwks_uri=ABSENT), "`jwks_uri` is missing")
    yield Case("a number as jwks_uri", INVALID, discovery_has(jwks_uri=5), "`jwks_uri` is missing or no string")
    yield Case("jwks_uri over http", INVALID, lambda site: site.set_documents(jwks_uri=f"http://{site.address}/keys"))
    metadata = discovery_has(jwks_uri="https://169.254.169.254/latest/meta-data")
    yield Case("jwks_uri at a metadata service", INVALID, metadata, "outbound.allow_networks")
    yield Case("no signing algorithms", INVALID, discovery_has(id_token_signing_alg_values_supported=ABSENT))
    yield Case("invalid JSON", INVALID, of_site(lambda text: text[:-1]))
    yield Case("more than JSON", INVALID, of_site(lambda text: text + "x"))
    yield Case("duplicate members", INVALID, of_site(lambda text: '{"issuer":"https://a",' + text[1:]))
    yield Case("a byte order mark", INVALID, of_site(lambda text: "\ufeff" + text))
    yield Case("deep nesting", INVALID, of_site(lambda text: '{"x":' + "[" * 50000 + "]" * 50000 + "," + text[1:]))
    yield Case("no UTF-8", INVALID, of_site(lambda text: b'{"x":"\xff",' + text[1:].encode()))
    yield Case("an array", INVALID, of_site(lambda text: f"[{text}]"))
    yield Case("an empty document", INVALID, of_site(lambda text: ""))


def key_sets(rig, keys):
    good, other = keys
    none = "no key of the set can be used"
    unknown = {"code": "unknown_key", "step": "key_found"}
    private = {**other.jwk(), "d": "AQAB"}
    secret = {"kty": "oct", "kid": "secret", "k": "c2VjcmV0", "alg": "HS256"}
    weak = forge.RsaKey(rig.rng, "weak", bits=1024)

    def same_kid(*, times):
        return publishes(*[{**other.jwk(), "kid": good.kid}] * times, good.jwk())

    def copies(number):
        return publishes(*({**other.jwk(), "kid": f"copy{index}"} for index in range(number)), good.jwk())

    def duplicate_members(site):
        text = json.dumps({"keys": [good.jwk()]})
        site.routes["/keys"] = ok(text.replace('"kty"', '"kty":"EC","kty"'))

    yield Case("right: 100 keys", ACCEPTED, copies(99))
    yield Case("101 keys", INVALID, copies(100), "more than 100 keys")
    yield Case("right: a kid twice, one key", ACCEPTED, publishes(good.jwk(), good.jwk()))
    yield Case("right: a kid twice, two keys", ACCEPTED, same_kid(times=1))
    yield Case("a kid three times", INVALID, same_kid(times=2), "more than 2 keys of one `kid`")
    yield Case("a kid a hundred times", INVALID, same_kid(times=99), "more than 2 keys of one `kid`")
    without = {**good.jwk()}
    del without["kid"]
    yield Case("right: no kid, one key", ACCEPTED, publishes(without), header={"kid": ABSENT})
    required = {"code": "key_id_required", "step": "key_found", "header": {"kid": ABSENT}}
    yield Case("no kid, several keys", INVALID, publishes_beside(other.jwk()), **required)
    yield Case("a kid that the key lacks", INVALID, publishes(without), **unknown)
    # Positive and negative of each key that must not count: it neither hides the others nor is used.
    for name, key in (("a private key", private), ("a symmetric key", secret), ("an RSA key of 1024 bits", weak.jwk())):
        yield Case(f"right: {name} beside", ACCEPTED, publishes_beside(key))
        yield Case(f"{name} alone", INVALID, publishes(key), none)
    yield Case("a token of the private key", INVALID, publishes_beside(private), key=other, **unknown)
    yield Case("a token of the RSA key of 1024 bits", INVALID, publishes_beside(weak.jwk()), key=weak, **unknown)
    yield Case("a key of another type than alg", INVALID, publishes({**good.jwk(), "alg": "RS256"}), none)
    mismatch = {"code": "algorithm_not_allowed", "step": "key_found", "header": {"alg": "RS256"}}
    yield Case("an alg of another type than the key", INVALID, lambda site: None, **mismatch)
    stolen = {"code": "signature_mismatch", "step": "signature_of_token_verified"}
    yield Case("another key under the kid", INVALID, publishes({**other.jwk(), "kid": good.kid}), **stolen)
    yield Case("a key for encryption", INVALID, publishes({**good.jwk(), "use": "enc"}), none)
    yield Case("a point off the curve", INVALID, publishes({**good.jwk(), "y": other.jwk()["y"]}), none)
    yield Case("no keys", INVALID, publishes(), none)
    yield Case("duplicate members in a key", INVALID, duplicate_members, "key set")
    yield Case("keys that are no list", INVALID, keys_are(ok({"keys": {}})), "`keys` is not an array")
    yield Case("a page as key set", INVALID, keys_are(ok("<html>", Content_Type="text/html")), "key set")
