"""Certificate chains that an issuer may serve: who may trust which, with and without a pinned thumbprint."""

from . import certificates, forge
from .forgery import ACCEPTED, INVALID
from .hostile_cases import Case


def certificate_chains(rig):
    rng, trusted = rig.rng, rig.authority
    foreign = certificates.authority("foreign authority", forge.P256Key(rng, "foreign"), rng)
    key = rig.tls_key
    weak = forge.RsaKey(rng, "weak", bits=1024)

    def chain(make, pinned=None):
        """`make` has the leaf's address; `pinned` is the place of the pinned certificate in the chain, or itself."""

        def prepare(site):
            site.certificates = make([site.address])
            pin = site.certificates[pinned] if isinstance(pinned, int) else pinned
            if pin is not None:
                site.thumbprint = pin.thumbprint

        return prepare

    def by(issuer, leaf_key=key, **options):
        return lambda hosts: [issuer.issue("leaf", leaf_key, rng, **{"hosts": hosts, **options}), issuer]

    def alone(hosts):
        return [certificates.self_signed("leaf", key, rng, hosts=hosts)]

    def by_a_leaf(hosts):
        middle = trusted.issue("no authority", key, rng, hosts=hosts)
        return [middle.issue("leaf", key, rng, hosts=hosts), middle, trusted]

    def appended(hosts):
        stranger = certificates.authority("stranger", forge.P256Key(rng, "stranger"), rng)
        return [*by(stranger)(hosts), foreign]

    def under_its_name(hosts):
        twin = certificates.authority(foreign.subject, forge.P256Key(rng, "twin"), rng)
        return [twin.issue("leaf", key, rng, hosts=hosts), foreign]

    bad = "not trusted"
    no_pin = "no certificate of its chain has a pinned thumbprint"
    past, future, wrong = {"days": (-30, -1)}, {"days": (1, 30)}, {"hosts": ["192.0.2.1", "issuer.example"]}
    yield Case("right: a certificate of the authority", ACCEPTED, chain(by(trusted)))
    yield Case("an expired certificate", INVALID, chain(by(trusted, **past)), "expired")
    yield Case("a certificate of tomorrow", INVALID, chain(by(trusted, **future)), "not yet valid")
    yield Case("a certificate of another host", INVALID, chain(by(trusted, **wrong)), "mismatch")
    yield Case("a certificate for clients", INVALID, chain(by(trusted, usage=certificates.CLIENT_USAGE)), bad)
    yield Case("a certificate with a weak key", INVALID, chain(by(trusted, weak)), bad)
    yield Case("a certificate by no authority", INVALID, chain(by_a_leaf), bad)
    yield Case("a self-signed certificate", INVALID, chain(alone), no_pin)
    yield Case("an unknown authority", INVALID, chain(by(foreign)), no_pin)
    yield Case("right: a pinned authority", ACCEPTED, chain(by(foreign), 1))
    yield Case("right: a pinned leaf", ACCEPTED, chain(by(foreign), 0))
    yield Case("right: a pinned self-signed certificate", ACCEPTED, chain(alone, 0))
    yield Case("the pinned authority appended", INVALID, chain(appended, foreign), "does not verify to the pinned")
    yield Case("the pinned authority's name", INVALID, chain(under_its_name, foreign), bad)
    yield Case("the pinned authority not served", INVALID, chain(lambda h: by(foreign)(h)[:1], foreign), no_pin)
    yield Case("a pinned authority, expired leaf", INVALID, chain(by(foreign, **past), 1), bad)
    yield Case("a pinned authority, another host", INVALID, chain(by(foreign, **wrong), 1), bad)
    yield Case("a pinned leaf, expired", INVALID, chain(by(foreign, **past), 0), bad)
    yield Case("a pinned leaf of another host", INVALID, chain(by(foreign, **wrong), 0), bad)
