using System.Runtime.InteropServices;
using SnetGateway.Payments.Values;

namespace SnetGateway.FastSignatures;

/// <summary>
/// Counts the recoveries of each signer, for about 100,000 signers, in 1 MiB. A count is never too high: signers share no counter. When
/// there are more signers, the counts of some of them are too low (algorithm of Misra and Gries). Not safe for concurrent use.
/// </summary>
internal sealed class SignerCounts
{
    private const int Sets = 1 << 14;
    private const int CountersPerSet = 8; // 64 bytes
    private const ulong CountMask = ushort.MaxValue;

    // A counter is 6 bytes of the signer's address and 2 bytes of count; 0 is free. The set depends on the whole address and on a random
    // number of the process, so a client cannot choose addresses that share a counter.
    private readonly ulong[] _counters = new ulong[Sets * CountersPerSet];

    /// <summary>Counts one recovery, and returns the signer's count with it: 0 to 65,535.</summary>
    public int Add(Address signer)
    {
        Span<ulong> set = SetOf(signer, out ulong tag);
        int free = -1;
        for (int i = 0; i < set.Length; i++)
        {
            ulong count = set[i] & CountMask;
            if (count == 0)
            {
                free = i;
            }
            else if ((set[i] & ~CountMask) == tag)
            {
                set[i] = tag | Math.Min(count + 1, CountMask);
                return (int)(set[i] & CountMask);
            }
        }

        if (free >= 0)
        {
            set[free] = tag | 1;
            return 1;
        }

        foreach (ref ulong counter in set)
        {
            counter--;
        }

        return 0;
    }

    /// <summary>Forgets the count of a signer.</summary>
    public void Remove(Address signer)
    {
        foreach (ref ulong counter in SetOf(signer, out ulong tag))
        {
            counter = (counter & ~CountMask) == tag ? 0 : counter;
        }
    }

    /// <summary>Halves the counts.</summary>
    public void Age()
    {
        foreach (ref ulong counter in _counters.AsSpan())
        {
            counter = (counter & ~CountMask) | ((counter & CountMask) >> 1);
        }
    }

    private Span<ulong> SetOf(Address signer, out ulong tag)
    {
        Span<byte> bytes = stackalloc byte[Address.Size];
        signer.WriteTo(bytes);
        tag = MemoryMarshal.Read<ulong>(bytes) & ~CountMask;
        return _counters.AsSpan((signer.GetHashCode() & (Sets - 1)) * CountersPerSet, CountersPerSet);
    }
}
