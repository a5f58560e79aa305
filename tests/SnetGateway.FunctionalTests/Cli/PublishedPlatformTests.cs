using System.Text.Json;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Cli;

/// <summary>
/// For another platform, every native file that publishing would copy is of that platform: a folder for arm64 that holds code for x64 fails
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
        NativeFile[] files = [.. (await FilesForAsync("linux-arm64")).Select(NativeFile.Read).OfType<NativeFile>()];
        Assert.All(files, file => Assert.True(file.Format == "ELF" && file.Machine == NativeFile.ElfArm64, $"{file}"));

        string[] names = [.. files.Select(file => Path.GetFileName(file.Path))];
        Assert.Contains("protoc", names);
        Assert.Contains(names, name => name.Contains("secp256k1", StringComparison.Ordinal));
        Assert.Contains(names, name => name.Contains("sqlite3", StringComparison.Ordinal));
    }

    /// <summary>
    /// The files of packages that the build would choose. Nothing is compiled: managed code is the same for each platform.
    /// Intermediate files are in a separate folder, because a restore for another platform would change those that other tests read.
    /// </summary>
    private async Task<string[]> FilesForAsync(string platform)
    {
        string project = Repository.Existing("src/SnetGateway.Gateway", "it is the gateway");
        string[] items = ["NativeCopyLocalItems", "None"];
        string result = Path.Combine(_folder.FullName, "items.json");
        await using var build = ChildProcess.Start(
            "dotnet",
            [
                "msbuild", project, "-restore", "-t:ResolvePackageAssets",
                $"-p:RuntimeIdentifier={platform}", "-p:SelfContained=false", "-p:UseAppHost=false",
                $"-p:ArtifactsPath={Path.Combine(_folder.FullName, "artifacts")}",
                .. items.Select(item => $"-getItem:{item}"), $"-getResultOutputFile:{result}",
            ]);
        Assert.True(await build.WaitForExitAsync(TimeSpan.FromMinutes(5)) == 0, build.RecentOutput);

        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(result));
        return
        [
            .. items.SelectMany(item => json.RootElement.GetProperty("Items").GetProperty(item).EnumerateArray())
                .Select(item => Path.Combine(project, item.GetProperty("Identity").GetString()!)),
        ];
    }
}
