"""Web identity tokens taken apart, altered and put together again."""

import base64
import hmac
import json
import subprocess


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def parts(token):
    """Header, claims and signature of a token in compact form."""
    header, claims, signature = token.split(".")
    return json.loads(decode(header)), json.loads(decode(claims)), decode(signature)


def signing_input(header, claims):
    """Accepts text and bytes as well, for headers and claims that a dict cannot hold."""
    return ".".join(encode(_bytes_of(part)) for part in (header, claims))


def _bytes_of(part):
    text = part if isinstance(part, (str, bytes)) else json.dumps(part, separators=(",", ":"))
    return text if isinstance(text, bytes) else text.encode()


def join(header, claims, signature):
    return f"{signing_input(header, claims)}.{encode(signature)}"


def sign_hmac(header, claims, key, digest="sha256"):
    text = signing_input(header, claims)
    return f"{text}.{encode(hmac.digest(key, text.encode(), digest))}"


def new_rsa_key(path):
    subprocess.run(
        ["openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(path)],
        check=True,
        capture_output=True,
    )
    return path


def sign_rs256(header, claims, key_path):
    text = signing_input(header, claims)
    signature = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sign", str(key_path)], input=text.encode(), capture_output=True, check=True
    ).stdout
    return f"{text}.{encode(signature)}"


def public_key_forms(jwk):
    """The texts of an RSA public key that a confused verifier might take for an HMAC secret."""
    pem = public_key_pem(jwk)
    der = base64.b64decode("".join(pem.splitlines()[1:-1]))
    return {"PEM": pem.encode(), "DER": der, "JWK": json.dumps(jwk, separators=(",", ":")).encode()}


def public_key_pem(jwk):
    modulus, exponent = (decode(jwk[name]) for name in ("n", "e"))
    key = _der(0x30, _der(0x02, _positive(modulus)) + _der(0x02, _positive(exponent)))
    # rsaEncryption (1.2.840.113549.1.1.1) with its NULL parameters.
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    info = _der(0x30, algorithm + _der(0x03, b"\0" + key))
    body = base64.encodebytes(info).decode().replace("\n", "")
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])


def _positive(number):
    """DER integers are minimal: one leading zero only where the next byte's top bit is set."""
    number = number.lstrip(b"\0")
    return b"\0" + number if number[0] & 0x80 else number


def _der(tag, content):
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content
