"""The tokens of the testing kit are real JWTs: `cryptography` accepts our signatures, and we accept those of `cryptography`."""

from __future__ import annotations

import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from sts.testing.issuers import jws

CURVES = {"ES256": (ec.SECP256R1(), hashes.SHA256(), 32), "ES384": (ec.SECP384R1(), hashes.SHA384(), 48)}
CLAIMS = {"sub": "x", "é": [1, None]}


def public_of(key):
    numbers = {name: int.from_bytes(jws.decode(value), "big") for name, value in key.jwk().items() if name in "nexy"}
    if isinstance(key, jws.RsaKey):
        return rsa.RSAPublicNumbers(numbers["e"], numbers["n"]).public_key()
    return ec.EllipticCurvePublicNumbers(numbers["x"], numbers["y"], CURVES[key.algorithm][0]).public_key()


def check(public, algorithm, text, signature):
    """Verify with `cryptography`."""
    if algorithm == "RS256":
        public.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
    else:
        _, digest, size = CURVES[algorithm]
        r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
        public.verify(encode_dss_signature(r, s), text, ec.ECDSA(digest))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "ES384"])
def test_cryptography_accepts_what_we_sign(algorithm):
    """And nothing else."""
    key = jws.make_key(algorithm)
    for n in range(3):
        token = jws.sign({**CLAIMS, "n": n}, key)
        text, _, signature = token.rpartition(".")
        check(public_of(key), algorithm, text.encode(), jws.decode(signature))
        with pytest.raises(InvalidSignature):
            check(public_of(key), algorithm, text.encode() + b"x", jws.decode(signature))


def sign_elsewhere(private, algorithm, text):
    if algorithm == "RS256":
        return private.sign(text, padding.PKCS1v15(), hashes.SHA256())
    _, digest, size = CURVES[algorithm]
    r, s = decode_dss_signature(private.sign(text, ec.ECDSA(digest)))
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def foreign(algorithm):
    """Return a private key of `cryptography` and its JSON Web Key."""
    number = jws._encode_number
    if algorithm == "RS256":
        private = rsa.generate_private_key(65537, 2048)
        public = private.public_key().public_numbers()
        return private, {"kty": "RSA", "kid": "k", "n": number(public.n), "e": number(public.e)}
    curve, _, size = CURVES[algorithm]
    private = ec.generate_private_key(curve)
    public = private.public_key().public_numbers()
    name = {"ES256": "P-256", "ES384": "P-384"}[algorithm]
    return private, {"kty": "EC", "kid": "k", "crv": name, "x": number(public.x, size), "y": number(public.y, size)}


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "ES384"])
def test_we_accept_what_cryptography_signs(algorithm):
    """And nothing else: every altered part, and a key of another kind, is refused."""
    private, jwk = foreign(algorithm)
    text = f"{jws._encode_json({'alg': algorithm, 'kid': 'k'})}.{jws._encode_json(CLAIMS)}"
    signature = sign_elsewhere(private, algorithm, text.encode())
    keys = (jws.key_from_jwk(jwk),)
    flipped = bytes([signature[0] ^ 1, *signature[1:]])

    assert jws.is_signed_by(f"{text}.{jws.encode(signature)}", keys)
    assert jws.read(f"{text}.")[1] == json.loads(json.dumps(CLAIMS))
    for wrong in (flipped, signature[:-1], b"", bytes(len(signature))):
        assert not jws.is_signed_by(f"{text}.{jws.encode(wrong)}", keys)
    other = text.replace(text.partition(".")[2], jws._encode_json({"sub": "y"}))
    assert not jws.is_signed_by(f"{other}.{jws.encode(signature)}", keys)
    assert not jws.is_signed_by(f"{text}.{jws.encode(signature)}", (jws.make_hmac_key(),))


def test_key_ids_choose_the_key():
    """A token with another key id is rejected without trying the key. A token without a key id is tried."""
    key = jws.make_hmac_key(b"secret")
    other = key._replace(kid="other")
    text = f"{jws._encode_json({'alg': 'HS256'})}.{jws._encode_json(CLAIMS)}"

    assert not jws.is_signed_by(jws.sign(CLAIMS, key), (other,))
    assert jws.is_signed_by(f"{text}.{jws.encode(key.sign(text.encode()))}", (other,))


@pytest.mark.parametrize("jwk", [{}, {"kty": "OKP", "crv": "Ed25519"}, {"kty": "EC", "crv": "P-521"}])
def test_keys_of_other_kinds_are_refused(jwk):
    """The error lists the supported kinds."""
    with pytest.raises(ValueError, match="RSA, EC on P-256 or P-384, or oct"):
        jws.key_from_jwk(jwk)
    with pytest.raises(ValueError, match="HS256, RS256, ES256, ES384"):
        jws.make_key("PS256")


@pytest.mark.parametrize("parts", [([], {}), ({}, []), (5, {}), ({}, "text")], ids=str)
def test_header_and_claims_are_objects(parts):
    """A header or claims of another JSON type are an error."""
    token = ".".join([*(jws.encode(json.dumps(part).encode()) for part in parts), ""])
    with pytest.raises(ValueError, match="are JSON objects"):
        jws.read(token)


def test_keys_that_are_made():
    """
    A random secret has 32 bytes, and an RSA modulus exactly the requested bits. The key id contains the number of the key.
    """
    assert len(tuple(jws.make_hmac_key())[1]) == 32
    key = jws.make_rsa_key(512)
    assert key.n.bit_length() == 512
    assert key.kid[16:] == "0"
    assert jws.make_rsa_key(512) is key
    assert jws.EcKey("kid", jws.P256, 1, 2).d == 0


def test_a_shared_secret_is_read():
    """As of `kty` "oct"."""
    key = jws.key_from_jwk({"kty": "oct", "kid": "a", "k": jws.encode(b"secret")})
    assert tuple(key)[:2] == ("a", b"secret")


def test_primes():
    """Every prime passes every time. The list of small primes is complete."""
    primes = [n for n in range(2, 2000) if all(n % d for d in range(2, n))]
    assert primes[1:] == jws._SMALL_PRIMES
    assert all(jws._passes_miller_rabin(n) for n in primes[2:60] for _ in range(20))
    assert not all(jws._passes_miller_rabin(561) for _ in range(200))
