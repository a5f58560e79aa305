using Google.Protobuf;

namespace SnetGateway.Gateway.ServiceMetadata.Ipfs;

/// <summary>A verified block of a file: its part of the content, or links to the blocks that have it.</summary>
/// <param name="Content">The content in this block.</param>
/// <param name="Links">The blocks with the rest of the content, in order.</param>
internal sealed record FileNode(ReadOnlyMemory<byte> Content, IReadOnlyList<Cid> Links)
{
    /// <summary>Reads a block that was verified.</summary>
    /// <exception cref="IpfsException">It is not a block of a file.</exception>
    public static FileNode Read(Cid id, byte[] block)
    {
        if (id.IsRaw)
        {
            return new FileNode(block, []);
        }

        try
        {
            DagNode node = DagNode.Parser.ParseFrom(block);
            UnixFsEntry entry = UnixFsEntry.Parser.ParseFrom(node.Data);
            if (entry.Kind is not (UnixFsEntry.Types.Kind.File or UnixFsEntry.Types.Kind.Raw))
            {
                throw new IpfsException("it is not a file");
            }

            return new FileNode(entry.Data.Memory, [.. node.Links.Select(IdOf)]);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new IpfsException("it is not a file");
        }
    }

    private static Cid IdOf(DagLink link) =>
        Cid.TryRead(link.Hash.Span, out Cid? id) ? id : throw new IpfsException("it has a link of an unknown kind");
}

/// <summary>Content cannot be had from a source. The message follows the name of the source.</summary>
internal sealed class IpfsException(string message, Exception? inner = null) : Exception(message, inner);
