using Google.Protobuf;
using SnetGateway.Gateway.ServiceMetadata.Ipfs;

namespace SnetGateway.Tests.Gateway.ServiceMetadata;

/// <summary>Blocks of files, as nodes of IPFS have them.</summary>
internal static class IpfsBlocks
{
    /// <summary>A block with content.</summary>
    public static byte[] Leaf(ReadOnlySpan<byte> content) => new DagNode
    {
        Data = new UnixFsEntry { Kind = UnixFsEntry.Types.Kind.File, Data = ByteString.CopyFrom(content) }.ToByteString(),
    }.ToByteArray();

    /// <summary>A block with links to blocks.</summary>
    public static byte[] Root(byte[][] blocks)
    {
        var node = new DagNode { Data = new UnixFsEntry { Kind = UnixFsEntry.Types.Kind.File }.ToByteString() };
        node.Links.Add(blocks.Select(block => new DagLink { Hash = ByteString.CopyFrom(Cid.Of(block, 0, isRaw: false).ToBytes()) }));
        return node.ToByteArray();
    }
}
