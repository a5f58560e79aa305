using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Cli;

/// <summary>
/// Published for another platform, every native file in the folder is of that platform: a folder for arm64 that holds code for x64 fails
/// late and far away. <see cref="PublishedFolderTests"/> runs what is published for this machine.
/// </summary>
[Trait("Needs", "time")]
public sealed class PublishedPlatformTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-platforms-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task PublishedForArm64_EveryNativeFileIsOfIt()
    {
        string published = Path.Combine(_folder.FullName, "published");
        await PublishAsync("linux-arm64", published);
        NativeFile[] files =
        [
            .. Directory.EnumerateFiles(published, "*", SearchOption.AllDirectories).Select(NativeFile.Read).OfType<NativeFile>(),
        ];
        Assert.All(files, file => Assert.True(file.Format == "ELF" && file.Machine == NativeFile.ElfArm64, $"{file}"));

        string[] names = [.. files.Select(file => Path.GetRelativePath(published, file.Path))];
        Assert.Contains("snet-gateway", names);
        Assert.Contains("protoc/protoc", names);
        Assert.Contains(names, name => name.Contains("secp256k1", StringComparison.Ordinal));
        Assert.Contains(names, name => name.Contains("sqlite3", StringComparison.Ordinal));
    }

    /// <summary>
    /// With intermediate files of its own, because a restore for another platform would change those that other tests read. Not compiled
    /// ahead: that takes longer, and is managed code.
    /// </summary>
    private async Task PublishAsync(string platform, string published)
    {
        await using var publish = ChildProcess.Start(
            "dotnet",
            [
                "publish", Repository.Existing("src/SnetGateway.Gateway", "it is the gateway"), "-c", Repository.Configuration, "-r",
                platform, "--no-self-contained",
                "--artifacts-path", Path.Combine(_folder.FullName, "artifacts"), "-o", published, "-v", "q", "-p:RunAnalyzers=false",
                "-p:PublishReadyToRun=false",
            ]);
        Assert.True(await publish.WaitForExitAsync(TimeSpan.FromMinutes(5)) == 0, publish.RecentOutput);
    }
}
