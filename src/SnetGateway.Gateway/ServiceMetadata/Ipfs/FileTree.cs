using Google.Protobuf;

namespace SnetGateway.Gateway.ServiceMetadata.Ipfs;

/// <summary>
/// Splits content into the blocks that `ipfs add` makes of it: parts of one size under a balanced tree. A source that gives whole files
/// only is verified by it.
/// </summary>
internal static class FileTree
{
    private const int Part = 256 * 1024;
    private const int LargePart = 1024 * 1024;
    private const int MaxLinks = 174;

    /// <summary>Whether content has an id, in one of the forms in which tools add it.</summary>
    public static bool Matches(Cid id, byte[] content) => id.IsRaw ? id.Matches(content)
        : IdOf(content, Part, id.Version, rawLeaves: false).Digest.AsSpan().SequenceEqual(id.Digest)
            || new[] { Part, LargePart }.Any(
                part => IdOf(content, part, version: 1, rawLeaves: true).Digest.AsSpan().SequenceEqual(id.Digest));

    /// <summary>The id that `ipfs add` gives content.</summary>
    public static Cid IdOf(byte[] content) => IdOf(content, Part, version: 0, rawLeaves: false);

    private static Cid IdOf(byte[] content, int part, int version, bool rawLeaves)
    {
        var level = new List<Branch>();
        int from = 0;
        do
        {
            ReadOnlyMemory<byte> piece = content.AsMemory(from, Math.Min(part, content.Length - from));
            level.Add(rawLeaves ? RawLeaf(piece) : Leaf(piece, version));
            from += piece.Length;
        }
        while (from < content.Length);

        while (level.Count > 1)
        {
            level = [.. level.Chunk(MaxLinks).Select(branches => Parent(branches, version))];
        }

        return level[0].Id;
    }

    private static Branch RawLeaf(ReadOnlyMemory<byte> piece) =>
        new(Cid.Of(piece.Span, 1, isRaw: true), (ulong)piece.Length, (ulong)piece.Length);

    private static Branch Leaf(ReadOnlyMemory<byte> piece, int version)
    {
        var entry = new UnixFsEntry { Kind = UnixFsEntry.Types.Kind.File, FileSize = (ulong)piece.Length };
        if (piece.Length > 0)
        {
            entry.Data = ByteString.CopyFrom(piece.Span);
        }

        byte[] block = new DagNode { Data = entry.ToByteString() }.ToByteArray();
        return new Branch(Cid.Of(block, version, isRaw: false), (ulong)piece.Length, (ulong)block.Length);
    }

    private static Branch Parent(Branch[] branches, int version)
    {
        var entry = new UnixFsEntry { Kind = UnixFsEntry.Types.Kind.File };
        var links = new DagNode();
        ulong size = 0, total = 0;
        foreach (Branch branch in branches)
        {
            entry.BlockSizes.Add(branch.FileSize);
            links.Links.Add(new DagLink { Hash = ByteString.CopyFrom(branch.Id.ToBytes()), Name = "", Size = branch.TreeSize });
            size += branch.FileSize;
            total += branch.TreeSize;
        }

        entry.FileSize = size;
        byte[] block = [.. links.ToByteArray(), .. new DagNode { Data = entry.ToByteString() }.ToByteArray()];
        return new Branch(Cid.Of(block, version, isRaw: false), size, total + (ulong)block.Length);
    }

    /// <summary>A block, with the bytes of the file below it and the bytes of all blocks below it.</summary>
    private readonly record struct Branch(Cid Id, ulong FileSize, ulong TreeSize);
}
