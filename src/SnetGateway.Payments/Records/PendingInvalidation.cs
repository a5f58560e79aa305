using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Records;

/// <summary>
/// A claim or a reorganisation changed the funds of a channel to an unknown value. Stored beside the record, because a settle in progress
/// must not lose its comparison to it.
/// </summary>
/// <param name="Nonce">The newest nonce known.</param>
/// <param name="SeenAt">When it was seen.</param>
internal sealed record PendingInvalidation(ChannelNonce Nonce, DateTimeOffset SeenAt)
{
    public const int MaxLength = 128;

    private const byte Format = 1;

    /// <summary>Reads a stored invalidation. Throws <see cref="LedgerFormatException"/>.</summary>
    public static PendingInvalidation Read(StoredRecord stored, out ChannelId id)
    {
        var reader = new ByteReader(stored.Value);
        if (reader.Byte() != Format)
        {
            throw new LedgerFormatException($"{stored.Key} has a format that this version does not read");
        }

        id = new ChannelId(reader.Number());
        return new PendingInvalidation(new ChannelNonce(reader.Number()), reader.Moment());
    }

    public int Write(ChannelId id, Span<byte> destination)
    {
        var writer = new ByteWriter(destination);
        writer.Byte(Format);
        writer.Number(id.Value);
        writer.Number(Nonce.Value);
        writer.UInt64((ulong)SeenAt.ToUnixTimeMilliseconds());
        return writer.Length;
    }
}
