using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace SnetGateway.Ethereum.Hashing;

/// <summary>
/// Keccak-256 as Ethereum uses it: the sponge of FIPS 202 with the padding that predates the standard (0x01 instead of SHA3-256's 0x06).
/// Allocates nothing.
/// </summary>
public static class Keccak256
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = 32;

    private const int Rate = 136;
    private const int RateLanes = Rate / sizeof(ulong);
    private const int StateLanes = 25;

    private static readonly ulong[] s_roundConstants =
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
        0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800A, 0x800000008000000A, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>Hashes <paramref name="input"/> into the first 32 bytes of <paramref name="hash"/>. The two may overlap.</summary>
    public static void Hash(ReadOnlySpan<byte> input, Span<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hash.Length, Size);
        Span<ulong> state = stackalloc ulong[StateLanes];
        state.Clear();

        while (input.Length >= Rate)
        {
            Absorb(state, input);
            Permute(state);
            input = input[Rate..];
        }

        Span<byte> last = stackalloc byte[Rate];
        last.Clear();
        input.CopyTo(last);
        last[input.Length] = 0x01;
        last[Rate - 1] |= 0x80;
        Absorb(state, last);
        Permute(state);

        for (int i = 0; i < Size / sizeof(ulong); i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(hash[(i * sizeof(ulong))..], state[i]);
        }
    }

    /// <summary>Hashes into a new array. Not for the paid path.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> input)
    {
        byte[] hash = new byte[Size];
        Hash(input, hash);
        return hash;
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        if (BitConverter.IsLittleEndian)
        {
            ReadOnlySpan<ulong> lanes = MemoryMarshal.Cast<byte, ulong>(block[..Rate]);
            for (int i = 0; i < RateLanes; i++)
            {
                state[i] ^= lanes[i];
            }
        }
        else
        {
            for (int i = 0; i < RateLanes; i++)
            {
                state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(i * sizeof(ulong))..]);
            }
        }
    }

    // The 25 lanes are local variables for all 24 rounds: twice as fast as indexing.
    private static void Permute(Span<ulong> state)
    {
        state = state[..StateLanes];
        ulong a0 = state[0], a1 = state[1], a2 = state[2], a3 = state[3], a4 = state[4];
        ulong a5 = state[5], a6 = state[6], a7 = state[7], a8 = state[8], a9 = state[9];
        ulong a10 = state[10], a11 = state[11], a12 = state[12], a13 = state[13], a14 = state[14];
        ulong a15 = state[15], a16 = state[16], a17 = state[17], a18 = state[18], a19 = state[19];
        ulong a20 = state[20], a21 = state[21], a22 = state[22], a23 = state[23], a24 = state[24];

        foreach (ulong constant in s_roundConstants)
        {
            // Theta: each column is mixed with the parity of its neighbours.
            ulong c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20;
            ulong c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21;
            ulong c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22;
            ulong c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23;
            ulong c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24;
            ulong d0 = c4 ^ BitOperations.RotateLeft(c1, 1);
            ulong d1 = c0 ^ BitOperations.RotateLeft(c2, 1);
            ulong d2 = c1 ^ BitOperations.RotateLeft(c3, 1);
            ulong d3 = c2 ^ BitOperations.RotateLeft(c4, 1);
            ulong d4 = c3 ^ BitOperations.RotateLeft(c0, 1);

            // Rho and pi rotate and move each lane; chi mixes each row. One row of the result at a time.
            ulong b0 = a0 ^ d0;
            ulong b1 = BitOperations.RotateLeft(a6 ^ d1, 44);
            ulong b2 = BitOperations.RotateLeft(a12 ^ d2, 43);
            ulong b3 = BitOperations.RotateLeft(a18 ^ d3, 21);
            ulong b4 = BitOperations.RotateLeft(a24 ^ d4, 14);
            ulong e0 = b0 ^ (~b1 & b2) ^ constant;
            ulong e1 = b1 ^ (~b2 & b3);
            ulong e2 = b2 ^ (~b3 & b4);
            ulong e3 = b3 ^ (~b4 & b0);
            ulong e4 = b4 ^ (~b0 & b1);

            b0 = BitOperations.RotateLeft(a3 ^ d3, 28);
            b1 = BitOperations.RotateLeft(a9 ^ d4, 20);
            b2 = BitOperations.RotateLeft(a10 ^ d0, 3);
            b3 = BitOperations.RotateLeft(a16 ^ d1, 45);
            b4 = BitOperations.RotateLeft(a22 ^ d2, 61);
            ulong e5 = b0 ^ (~b1 & b2);
            ulong e6 = b1 ^ (~b2 & b3);
            ulong e7 = b2 ^ (~b3 & b4);
            ulong e8 = b3 ^ (~b4 & b0);
            ulong e9 = b4 ^ (~b0 & b1);

            b0 = BitOperations.RotateLeft(a1 ^ d1, 1);
            b1 = BitOperations.RotateLeft(a7 ^ d2, 6);
            b2 = BitOperations.RotateLeft(a13 ^ d3, 25);
            b3 = BitOperations.RotateLeft(a19 ^ d4, 8);
            b4 = BitOperations.RotateLeft(a20 ^ d0, 18);
            ulong e10 = b0 ^ (~b1 & b2);
            ulong e11 = b1 ^ (~b2 & b3);
            ulong e12 = b2 ^ (~b3 & b4);
            ulong e13 = b3 ^ (~b4 & b0);
            ulong e14 = b4 ^ (~b0 & b1);

            b0 = BitOperations.RotateLeft(a4 ^ d4, 27);
            b1 = BitOperations.RotateLeft(a5 ^ d0, 36);
            b2 = BitOperations.RotateLeft(a11 ^ d1, 10);
            b3 = BitOperations.RotateLeft(a17 ^ d2, 15);
            b4 = BitOperations.RotateLeft(a23 ^ d3, 56);
            ulong e15 = b0 ^ (~b1 & b2);
            ulong e16 = b1 ^ (~b2 & b3);
            ulong e17 = b2 ^ (~b3 & b4);
            ulong e18 = b3 ^ (~b4 & b0);
            ulong e19 = b4 ^ (~b0 & b1);

            b0 = BitOperations.RotateLeft(a2 ^ d2, 62);
            b1 = BitOperations.RotateLeft(a8 ^ d3, 55);
            b2 = BitOperations.RotateLeft(a14 ^ d4, 39);
            b3 = BitOperations.RotateLeft(a15 ^ d0, 41);
            b4 = BitOperations.RotateLeft(a21 ^ d1, 2);
            a20 = b0 ^ (~b1 & b2);
            a21 = b1 ^ (~b2 & b3);
            a22 = b2 ^ (~b3 & b4);
            a23 = b3 ^ (~b4 & b0);
            a24 = b4 ^ (~b0 & b1);

            a0 = e0;
            a1 = e1;
            a2 = e2;
            a3 = e3;
            a4 = e4;
            a5 = e5;
            a6 = e6;
            a7 = e7;
            a8 = e8;
            a9 = e9;
            a10 = e10;
            a11 = e11;
            a12 = e12;
            a13 = e13;
            a14 = e14;
            a15 = e15;
            a16 = e16;
            a17 = e17;
            a18 = e18;
            a19 = e19;
        }

        state[0] = a0;
        state[1] = a1;
        state[2] = a2;
        state[3] = a3;
        state[4] = a4;
        state[5] = a5;
        state[6] = a6;
        state[7] = a7;
        state[8] = a8;
        state[9] = a9;
        state[10] = a10;
        state[11] = a11;
        state[12] = a12;
        state[13] = a13;
        state[14] = a14;
        state[15] = a15;
        state[16] = a16;
        state[17] = a17;
        state[18] = a18;
        state[19] = a19;
        state[20] = a20;
        state[21] = a21;
        state[22] = a22;
        state[23] = a23;
        state[24] = a24;
    }
}
