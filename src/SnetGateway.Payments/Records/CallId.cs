using System.Buffers.Binary;

namespace SnetGateway.Payments.Records;

/// <summary>
/// The id of one settled call: 16 bytes, unique over all gateways of a group. With it a write whose response was lost can be found in the
/// record.
/// </summary>
/// <param name="Instance">Random number of the gateway process.</param>
/// <param name="Sequence">Counts within the process.</param>
public readonly record struct CallId(ulong Instance, ulong Sequence)
{
    public const int Size = 16;

    private const ulong GiveBackBit = 1UL << 63;

    /// <summary>The id of the give-back of this call: there is one, so that it cannot be written twice.</summary>
    public CallId GiveBack => this with { Sequence = Sequence | GiveBackBit };

    public static CallId Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, Instance);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Sequence);
    }

    public override string ToString() => $"{Instance:x16}{Sequence:x16}";
}
