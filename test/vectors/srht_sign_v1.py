"""Second implementation of srht-sign/v1, from the description in src/worker/protect.ts; writes srht-sign-v1.json.

    python3 test/vectors/srht_sign_v1.py > test/vectors/srht-sign-v1.json

Standard library only. The tests compare the TypeScript code with these vectors in Node and in the browser.
"""

import base64
import hashlib
import hmac
import json
import math
import random
import struct


def hkdf_extract(salt, secret):
    return hmac.new(salt, secret, hashlib.sha256).digest()


def hkdf_expand(key, info, length):
    output, previous, index = b"", b"", 1
    while len(output) < length:
        previous = hmac.new(key, previous + info + bytes([index]), hashlib.sha256).digest()
        output += previous
        index += 1
    return output[:length]


def quantise(embedding, mean):
    centred = [e - m for e, m in zip(embedding, mean)]
    square = 0.0
    for value in centred:
        square += value * value
    length = math.sqrt(square)
    size = 8
    while size < len(centred):
        size *= 2
    values = [math.floor(value / length * 2**14 + 0.5) for value in centred]
    return values + [0] * (size - len(values))


def hadamard(values):
    """By definition: entry (j, k) of the matrix is the parity of j & k. No butterflies, to be unlike the other code."""
    size = len(values)
    if size > 64:
        half = size // 2
        low, high = hadamard(values[:half]), hadamard(values[half:])
        return [a + b for a, b in zip(low, high)] + [a - b for a, b in zip(low, high)]
    return [sum(-v if bin(j & k).count("1") % 2 else v for k, v in enumerate(values)) for j in range(size)]


def protect(embedding, mean, token, bits):
    quantised = quantise(embedding, mean)
    size = len(quantised)
    template = bytearray(bits // 8)
    for start in range(0, bits, size):
        info = b"faceseal/srht-sign/v1/signs" + struct.pack(">I", start // size)
        signs = hkdf_expand(token, info, 3 * size // 8)
        values = list(quantised)
        for turn in range(3):
            for j in range(size):
                i = turn * size + j
                if signs[i >> 3] >> (i & 7) & 1:
                    values[j] = -values[j]
            values = hadamard(values)
        assert max(abs(v) for v in values) < 2**31
        for j in range(min(size, bits - start)):
            if values[j] >= 0:
                template[(start + j) >> 3] |= 1 << ((start + j) & 7)
    return bytes(template)


def float32(values):
    return list(struct.unpack(f"<{len(values)}f", struct.pack(f"<{len(values)}f", *values)))


def base64_floats(values):
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()


def vector(name, dimensions, bits, seed, with_mean=True, overrides=None, basis=False):
    source = random.Random(seed)
    embedding = [source.gauss(0, 1) for _ in range(dimensions)]
    if basis:
        embedding = [float(index == seed) for index in range(dimensions)]
    length = math.sqrt(sum(v * v for v in embedding))
    embedding = float32([v / length for v in embedding])
    mean = float32([source.gauss(0, 0.2 / math.sqrt(dimensions)) if with_mean else 0.0 for _ in range(dimensions)])
    secret = bytes(source.randrange(256) for _ in range(32))
    salt = bytes(source.randrange(256) for _ in range(32))
    context = {
        "tenant": "example-bank",
        "origin": "https://bank.example",
        "purpose": "sign-in",
        "modelId": "mobilefacenet.0123abcd",
        "bits": bits,
        **(overrides or {}),
    }
    # Sorted keys, no spaces, ASCII: the same bytes as RFC 8785 for these values.
    info = json.dumps(
        {
            "scheme": "srht-sign/v1",
            "tenant": context["tenant"],
            "origin": context["origin"],
            "purpose": context["purpose"],
            "modelId": context["modelId"],
            "version": 1,
            "m": bits,
        },
        sort_keys=True,
        separators=(",", ":"),
    )
    token = hkdf_expand(hkdf_extract(salt, secret), info.encode(), 32)
    return {
        "name": name,
        "embedding": base64_floats(embedding),
        "mean": base64_floats(mean),
        "secret": secret.hex(),
        "salt": salt.hex(),
        "context": context,
        "info": info,
        "token": token.hex(),
        "quantised": quantise(embedding, mean)[:8],
        "template": protect(embedding, mean, token, bits).hex(),
    }


print(
    json.dumps(
        {
            "scheme": "srht-sign/v1",
            "madeBy": "test/vectors/srht_sign_v1.py",
            "vectors": [
                vector("512 values, 2048 bits, the default", 512, 2048, 1),
                vector("512 values, 1024 bits", 512, 1024, 2),
                vector("128 values, 2048 bits: sixteen blocks", 128, 2048, 3),
                vector("640 values padded to 1024, 2048 bits", 640, 2048, 4, with_mean=False),
                vector("640 values, 1024 bits: one block", 640, 1024, 5, with_mean=False),
                vector("8 values, 24 bits: small enough to follow by hand", 8, 24, 6),
                vector("12 values, 40 bits: the last block is cut", 12, 40, 7),
                vector("one axis of 8, 512 bits: many sums are zero, and zero counts as one", 8, 512, 3, False, basis=True),
                vector("another purpose, same face and secret as the first", 512, 2048, 1, overrides={"purpose": "payment"}),
            ],
        },
        indent=1,
    )
)
