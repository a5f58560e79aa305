using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using SimpleBase;

namespace SnetGateway.Gateway.ServiceMetadata.Ipfs;

/// <summary>
/// The id of content on IPFS: the hash of a block, and how the block is read. Version 0 and 1, of raw and DAG-PB blocks with SHA-256; no
/// other kind is used for metadata, or can be verified here.
/// </summary>
internal sealed record Cid
{
    private const byte Sha256 = 0x12, RawCodec = 0x55, DagPbCodec = 0x70;
    private const int MaxText = 128;

    private Cid(int version, bool isRaw, byte[] digest)
    {
        Version = version;
        IsRaw = isRaw;
        Digest = digest;
    }

    /// <summary>0 or 1.</summary>
    public int Version { get; }

    /// <summary>Whether the block is content; otherwise it is a DAG-PB node of a file.</summary>
    public bool IsRaw { get; }

    /// <summary>The SHA-256 of the block.</summary>
    public byte[] Digest { get; }

    /// <summary>The id of a block.</summary>
    public static Cid Of(ReadOnlySpan<byte> block, int version, bool isRaw) => new(version, isRaw, SHA256.HashData(block));

    /// <summary>Reads an id: base58 (`Qm…`), or with a letter for its base: base32, base58 or hex.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Cid? cid)
    {
        cid = null;
        if (text.Length is < 2 or > MaxText || !text.All(char.IsAsciiLetterOrDigit))
        {
            return false;
        }

        try
        {
            byte[]? bytes = text[0] switch
            {
                _ when text.Length == 46 && text.StartsWith("Qm", StringComparison.Ordinal) => Base58.Bitcoin.Decode(text),
                'b' when !text.Any(char.IsAsciiLetterUpper) => Base32.Rfc4648.Decode(text.AsSpan(1)),
                'z' => Base58.Bitcoin.Decode(text.AsSpan(1)),
                'f' => Convert.FromHexString(text[1..]),
                _ => null,
            };
            return bytes is not null && TryRead(bytes, out cid);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Reads an id in its binary form, as links of blocks have it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Cid? cid)
    {
        cid = bytes switch
        {
            [Sha256, SHA256.HashSizeInBytes, .. var digest] when digest.Length == SHA256.HashSizeInBytes =>
                new Cid(0, isRaw: false, digest.ToArray()),
            [1, RawCodec or DagPbCodec, Sha256, SHA256.HashSizeInBytes, .. var digest] when digest.Length == SHA256.HashSizeInBytes =>
                new Cid(1, bytes[1] == RawCodec, digest.ToArray()),
            _ => null,
        };
        return cid is not null;
    }

    /// <summary>Whether this is the id of a block.</summary>
    public bool Matches(ReadOnlySpan<byte> block) => SHA256.HashData(block).AsSpan().SequenceEqual(Digest);

    /// <summary>The binary form.</summary>
    public byte[] ToBytes()
    {
        byte[] hash = [Sha256, SHA256.HashSizeInBytes, .. Digest];
        return Version == 0 ? hash : [1, IsRaw ? RawCodec : DagPbCodec, .. hash];
    }

    public bool Equals(Cid? other) => other is not null && Version == other.Version && IsRaw == other.IsRaw
        && Digest.AsSpan().SequenceEqual(other.Digest);

    public override int GetHashCode() => BitConverter.ToInt32(Digest);

    public override string ToString() => Version == 0
        ? Base58.Bitcoin.Encode(ToBytes())
        : "b" + Base32.Rfc4648.Encode(ToBytes(), padding: false).ToLowerInvariant();
}
