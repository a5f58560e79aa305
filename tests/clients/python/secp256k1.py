"""Recoverable ECDSA signatures on secp256k1 with nonces by RFC 6979. Not constant in time: for test keys only."""

import hashlib
import hmac

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
     0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)


def _add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def _multiply(scalar, point):
    result = None
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _nonces(key, digest):
    """The candidates of RFC 6979, with SHA-256."""
    def mac(secret, data):
        return hmac.new(secret, data, hashlib.sha256).digest()

    seed = key.to_bytes(32, "big") + (int.from_bytes(digest, "big") % N).to_bytes(32, "big")
    value, secret = b"\x01" * 32, bytes(32)
    for mark in (b"\x00", b"\x01"):
        secret = mac(secret, value + mark + seed)
        value = mac(secret, value)
    while True:
        value = mac(secret, value)
        yield int.from_bytes(value, "big")
        secret = mac(secret, value + b"\x00")
        value = mac(secret, value)


def sign(key, digest):
    """65 bytes: r, s (low), v as 27 or 28."""
    for nonce in _nonces(key, digest):
        if not 0 < nonce < N:
            continue
        point = _multiply(nonce, G)
        r = point[0] % N
        s = pow(nonce, -1, N) * (int.from_bytes(digest, "big") + r * key) % N
        if not r or not s:
            continue
        parity = (point[1] & 1) | (2 if point[0] >= N else 0)
        if s > N // 2:
            s, parity = N - s, parity ^ 1
        return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([27 + parity])
