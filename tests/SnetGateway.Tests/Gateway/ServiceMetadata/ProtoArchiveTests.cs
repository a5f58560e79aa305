using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using SnetGateway.Gateway.ServiceMetadata.Protos;
using Xunit;

namespace SnetGateway.Tests.Gateway.ServiceMetadata;

/// <summary>Archives of a publisher who means harm.</summary>
public sealed class ProtoArchiveTests
{
    private static readonly byte[] s_proto = "syntax = \"proto3\";"u8.ToArray();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Archive_GivesItsProtoFiles_AndNoOthers(bool isCompressed)
    {
        byte[] archive = Pack(
            isCompressed, File("./a.proto"), File("sub/b.proto"), File("README.md"), Entry(TarEntryType.Directory, "sub/"));

        IReadOnlyDictionary<string, byte[]> files = await ReadAsync(archive);

        Assert.Equal(["a.proto", "sub/b.proto"], files.Keys.Order());
        Assert.All(files.Values, content => Assert.Equal(s_proto, content));
    }

    [Theory]
    [InlineData("/etc/passwd.proto", "leads out of the archive's folder")]
    [InlineData("../a.proto", "leads out of the archive's folder")]
    [InlineData("sub/../../a.proto", "leads out of the archive's folder")]
    [InlineData("C:\\a.proto", "leads out of the archive's folder")]
    public async Task Entry_ThatLeadsOut_IsRefusedWithItsName(string name, string words) =>
        await RefusesAsync(Pack(false, File(name)), $"'{name}' {words}");

    [Theory]
    [InlineData(TarEntryType.SymbolicLink, "is a link")]
    [InlineData(TarEntryType.HardLink, "is a link")]
    [InlineData(TarEntryType.Fifo, "is neither a file nor a folder")]
    public async Task Entry_OfAnotherKind_IsRefusedWithItsName(TarEntryType type, string words)
    {
        var link = new PaxTarEntry(type, "a.proto");
        if (type != TarEntryType.Fifo)
        {
            link.LinkName = "/etc/passwd";
        }

        await RefusesAsync(Pack(false, link), $"'a.proto' {words}");
    }

    [Fact]
    public async Task Bomb_IsRefused_BeforeItIsUnpacked()
    {
        PaxTarEntry[] large = [.. Enumerable.Range(0, 10).Select(i => File($"{i}.proto", new byte[3 * 1024 * 1024]))];
        byte[] archive = Pack(true, large);
        Assert.True(archive.Length < 200_000);

        await RefusesAsync(archive, "the archive's content is larger than 16777216 bytes");
        await RefusesAsync(Pack(true, File("one.proto", new byte[5 * 1024 * 1024])), "'one.proto' is larger than 4194304 bytes");
    }

    [Theory]
    [InlineData("", "not a tar archive")]
    [InlineData("not an archive", "")]
    [InlineData("\u001f\u008bnot compressed", "")]
    public async Task ContentThatIsNoArchive_IsRefused(string content, string words) =>
        await RefusesAsync(Encoding.Latin1.GetBytes(content), words);

    [Fact]
    public async Task DamagedArchives_GiveFilesOrARefusal()
    {
        var random = new Random(7);
        byte[] archive = Pack(false, File("a.proto"), File("sub/b.proto"));
        for (int i = 0; i < 2_000; i++)
        {
            byte[] damaged = [.. archive];
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            damaged = damaged[..random.Next(damaged.Length)];
            try
            {
                await ReadAsync(damaged);
            }
            catch (InvalidDataException)
            {
                // Refused.
            }
        }
    }

    private static async Task RefusesAsync(byte[] archive, string words)
    {
        InvalidDataException e = await Assert.ThrowsAnyAsync<InvalidDataException>(() => ReadAsync(archive).AsTask());
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
    }

    private static ValueTask<IReadOnlyDictionary<string, byte[]>> ReadAsync(byte[] archive) =>
        ProtoArchive.ReadAsync(archive, TestContext.Current.CancellationToken);

    private static PaxTarEntry Entry(TarEntryType type, string name) => new(type, name);

    private static PaxTarEntry File(string name, byte[]? content = null) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content ?? s_proto) };

    private static byte[] Pack(bool isCompressed, params PaxTarEntry[] entries)
    {
        using var packed = new MemoryStream();
        using (Stream output = isCompressed ? new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true) : packed)
        {
            using var tar = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
            foreach (PaxTarEntry entry in entries)
            {
                tar.WriteEntry(entry);
            }
        }

        return packed.ToArray();
    }
}
