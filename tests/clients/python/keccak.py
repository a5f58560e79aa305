"""Keccak-256 as Ethereum uses it (the padding from before SHA-3), plain and slow: for tests only."""

MASK = (1 << 64) - 1
RATE = 136  # bytes taken in at each permutation: 200 less twice the digest


def _rotate(word, by):
    return ((word << by) | (word >> (64 - by))) & MASK if by else word


def _tables():
    """Rotations and round constants, computed from the definition rather than typed in."""
    rotations = {(0, 0): 0}
    x, y = 1, 0
    for step in range(24):
        rotations[x, y] = (step + 1) * (step + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5

    constants, register = [], 1
    for _ in range(24):
        constant = 0
        for power in range(7):
            if register & 1:
                constant |= 1 << ((1 << power) - 1)
            register <<= 1
            if register & 0x100:
                register ^= 0x171
        constants.append(constant)
    return rotations, constants


ROTATIONS, CONSTANTS = _tables()


def _permute(lanes):
    for constant in CONSTANTS:
        columns = [lanes[x][0] ^ lanes[x][1] ^ lanes[x][2] ^ lanes[x][3] ^ lanes[x][4] for x in range(5)]
        mixed = [columns[(x - 1) % 5] ^ _rotate(columns[(x + 1) % 5], 1) for x in range(5)]
        moved = [[0] * 5 for _ in range(5)]
        for x in range(5):
            for y in range(5):
                moved[y][(2 * x + 3 * y) % 5] = _rotate(lanes[x][y] ^ mixed[x], ROTATIONS[x, y])
        lanes = [[moved[x][y] ^ (~moved[(x + 1) % 5][y] & moved[(x + 2) % 5][y] & MASK) for y in range(5)] for x in range(5)]
        lanes[0][0] ^= constant
    return lanes


def keccak256(data):
    padding = RATE - len(data) % RATE
    padded = data + (b"\x81" if padding == 1 else b"\x01" + bytes(padding - 2) + b"\x80")
    lanes = [[0] * 5 for _ in range(5)]
    for start in range(0, len(padded), RATE):
        for i in range(RATE // 8):
            lanes[i % 5][i // 5] ^= int.from_bytes(padded[start + 8 * i:start + 8 * i + 8], "little")
        lanes = _permute(lanes)
    return b"".join(lanes[i][0].to_bytes(8, "little") for i in range(4))
