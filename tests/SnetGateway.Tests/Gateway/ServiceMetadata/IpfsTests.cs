using System.Net;
using System.Text.Json;
using Google.Protobuf;
using SnetGateway.Gateway.ServiceMetadata.Ipfs;
using SnetGateway.Tests.Ethereum;
using Xunit;

namespace SnetGateway.Tests.Gateway.ServiceMetadata;

/// <summary>Ids and blocks of IPFS, beside what Helia's importer makes of the same files (tests/vectors/ipfs.json).</summary>
public sealed class IpfsTests
{
    private static readonly byte[] s_hello = "hello world\n"u8.ToArray();

    public static TheoryData<int, string, string, string> Files() =>
    [
        .. VectorFile.Read("ipfs.json").GetProperty("files").EnumerateArray().Select(file => new TheoryDataRow<int, string, string, string>(
            file.GetProperty("size").GetInt32(), Text(file, "version0"), Text(file, "version1"), Text(file, "large"))),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Matches_WhatToolsAdd_AndNothingElse(int size, string version0, string version1, string large)
    {
        byte[] content = ContentOf(size);
        Assert.Equal(version0, FileTree.IdOf(content).ToString());
        byte[] other = [.. content, 0];
        foreach (string text in (string[])[version0, version1, large])
        {
            Assert.True(Cid.TryParse(text, out Cid? id));
            Assert.Equal(text, id.ToString());
            Assert.True(FileTree.Matches(id, content), text);
            Assert.False(FileTree.Matches(id, other), text);
        }
    }

    [Theory]
    [InlineData("QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o", true)]
    [InlineData("ipfs://QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o", true)]
    [InlineData("filecoin://bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku/", true)]
    [InlineData("f01551220e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", true)]
    [InlineData("zb2rhe5P4gXftAwvA4eXQ5HJwsER2owDyS9sKaQRRVQPn93bA", true)]
    [InlineData("QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5", false)]
    [InlineData("QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff50", false)]
    [InlineData("BAFKREIHDWDCEFGH4DQKJV67UZCMW7OJEE6XEDZDETOJUZJEVTENXQUVYKU", false)]
    [InlineData("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyk", false)]
    [InlineData("f0155122", false)]
    [InlineData("https://example.org/doc.json", false)]
    [InlineData("../../etc/passwd", false)]
    [InlineData("", false)]
    public void Uri_OfAnIdWithSha256_IsRead(string uri, bool isRead) => Assert.Equal(isRead, IpfsReader.TryReadUri(uri, out _));

    [Fact]
    public void Block_OfAFolder_IsRefused()
    {
        byte[] block = new DagNode { Data = new UnixFsEntry { Kind = UnixFsEntry.Types.Kind.Directory }.ToByteString() }.ToByteArray();

        Assert.Throws<IpfsException>(() => FileNode.Read(Cid.Of(block, 0, isRaw: false), block));
    }

    [Fact]
    public async Task File_OfManyBlocks_IsReadBlockByBlock()
    {
        byte[][] leaves = [IpfsBlocks.Leaf("one, "u8), IpfsBlocks.Leaf("two, "u8), IpfsBlocks.Leaf("three"u8)];
        byte[] root = IpfsBlocks.Root(leaves);
        using var node = new FakeNode([root, .. leaves]);

        byte[] content = await node.ReadAsync(Cid.Of(root, 0, isRaw: false), 100);

        Assert.Equal("one, two, three"u8, content);
    }

    [Fact]
    public async Task File_WithAWrongBlock_IsRefused()
    {
        byte[][] leaves = [IpfsBlocks.Leaf("one"u8), IpfsBlocks.Leaf("two"u8)];
        byte[] root = IpfsBlocks.Root(leaves);
        using var node = new FakeNode([root, .. leaves]);
        node.Replace(leaves[1], IpfsBlocks.Leaf("666"u8));

        IpfsException e = await Assert.ThrowsAsync<IpfsException>(() => node.ReadAsync(Cid.Of(root, 0, isRaw: false), 100).AsTask());

        Assert.Equal("it gave another block than the id names", e.Message);
    }

    [Fact]
    public async Task File_LargerThanTheLimit_IsRefused_AlsoWhenSmallBlocksRepeat()
    {
        byte[] leaf = IpfsBlocks.Leaf(new byte[1000]);
        byte[] root = IpfsBlocks.Root([.. Enumerable.Repeat(leaf, 1000)]);
        using var node = new FakeNode([root, leaf]);

        IpfsException e = await Assert.ThrowsAsync<IpfsException>(() => node.ReadAsync(Cid.Of(root, 0, isRaw: false), 100_000).AsTask());

        Assert.Equal("it is larger than 100000 bytes", e.Message);
    }

    [Fact]
    public async Task File_WhoseBlocksRepeatWithoutContent_EndsAtTheNumberOfBlocks()
    {
        byte[] leaf = IpfsBlocks.Leaf([]);
        byte[] middle = IpfsBlocks.Root([.. Enumerable.Repeat(leaf, 1000)]);
        byte[] root = IpfsBlocks.Root([.. Enumerable.Repeat(middle, 100)]);
        using var node = new FakeNode([root, middle, leaf]);

        IpfsException e = await Assert.ThrowsAsync<IpfsException>(() => node.ReadAsync(Cid.Of(root, 0, isRaw: false), 100_000).AsTask());

        Assert.Equal("it has more than 4096 blocks", e.Message);
    }

    [Fact]
    public async Task Source_ThatGivesFilesOnly_IsVerifiedByTheWholeFile()
    {
        using var node = new FakeNode([]) { File = s_hello };
        Assert.True(Cid.TryParse("QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o", out Cid? id));
        Assert.Equal(s_hello, await node.ReadAsync(id, 100));

        node.File = "hello world"u8.ToArray();
        IpfsException e = await Assert.ThrowsAsync<IpfsException>(() => node.ReadAsync(id, 100).AsTask());
        Assert.Equal("it gave other content than the id names", e.Message);
    }

    /// <summary>As tests/ipfs/vectors.mjs makes it.</summary>
    private static byte[] ContentOf(int size)
    {
        byte[] content = new byte[size];
        for (int i = 0; i < size; i++)
        {
            content[i] = (byte)((uint)i * 2654435761u >> 13);
        }

        return content;
    }

    private static string Text(JsonElement file, string name) => file.GetProperty(name).GetString()!;

    /// <summary>The API of a node with some blocks, or with one file.</summary>
    private sealed class FakeNode : HttpMessageHandler
    {
        private readonly Dictionary<string, byte[]> _blocks;
        private readonly HttpMessageInvoker _http;

        public FakeNode(byte[][] blocks)
        {
            _blocks = blocks.ToDictionary(block => Cid.Of(block, 0, isRaw: false).ToString());
            _http = new HttpMessageInvoker(this, disposeHandler: false);
        }

        public byte[]? File { get; set; }

        public void Replace(byte[] block, byte[] other) => _blocks[Cid.Of(block, 0, isRaw: false).ToString()] = other;

        public ValueTask<byte[]> ReadAsync(Cid id, int maxBytes) =>
            new IpfsSource(new Uri("http://node"), isApi: true, _http, IpfsTimes.Default, TimeProvider.System)
                .ReadAsync(id, maxBytes, TestContext.Current.CancellationToken);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string id = request.RequestUri!.Query[5..];
            byte[]? content = request.RequestUri.AbsolutePath == "/api/v0/cat" ? File : _blocks.GetValueOrDefault(id);
            return Task.FromResult(content is null
                ? new HttpResponseMessage(HttpStatusCode.InternalServerError)
                : new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(content) });
        }

        protected override void Dispose(bool disposing)
        {
            _http.Dispose();
            base.Dispose(disposing);
        }
    }
}
