using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Logging;
using SnetGateway.Gateway.Validation;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Processes;
using SnetGateway.Tests.Gateway.Configuration;
using Xunit;

namespace SnetGateway.Tests.Gateway.Logging;

/// <summary>Log files: rotation, compression and retention.</summary>
public sealed class LogFileTests : IDisposable
{
    private const string Section = "SnetGateway:Log:File:";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-log-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task FullFiles_AreCompressed_AndNoLineIsLost()
    {
        await using (ServiceProvider services = Start(("MaxFileBytes", "4096")))
        {
            ILogger logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("area");
            for (int i = 0; i < 200; i++)
            {
                logger.LogWarning("Line {Number} of {Text}", i, new string('x', 80));
            }
        }

        await Eventually.TrueAsync("all but the last file are compressed", () => Task.FromResult(
            Names().Count(name => name.EndsWith(".log", StringComparison.Ordinal)) == 1 && Names().Length > 4
            && !Names().Any(name => name.EndsWith(".part", StringComparison.Ordinal))));
        string[] lines = [.. _folder.GetFiles().SelectMany(Lines)];
        Assert.Equal(200, lines.Length);
        Assert.All(Enumerable.Range(0, 200), i => Assert.Single(lines, line => line.Contains($"Line {i} of", StringComparison.Ordinal)));
        Assert.All(_folder.GetFiles("*.log"), file => Assert.True(file.Length < 4_400));
        Assert.All(lines, line => Assert.Contains(" WRN area[] ", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("hour", "yyyyMMddHH")]
    [InlineData("day", "yyyyMMdd")]
    [InlineData("month", "yyyyMM")]
    [InlineData("never", "")]
    public async Task Name_HasTheTimeAtWhichTheFileBegan(string each, string format)
    {
        string before = Date(format);
        await using (ServiceProvider services = Start(("NewFileEach", each), ("Format", "json")))
        {
            services.GetRequiredService<ILoggerFactory>().CreateLogger("area").LogInformation("Hello {Name}", "world");
        }

        FileInfo file = Assert.Single(_folder.GetFiles());
        Assert.Contains(file.Name, new[] { $"gateway-{before}.log", $"gateway-{Date(format)}.log" });
        JsonElement line = JsonDocument.Parse(Assert.Single(Lines(file))).RootElement;
        Assert.Equal("Hello \"world\"", line.GetProperty("@m").GetString());
        Assert.Equal("world", line.GetProperty("Name").GetString());

        static string Date(string format) =>
            format.Length == 0 ? "" : TimeProvider.System.GetLocalNow().ToString(format, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void OldFiles_AreRemovedByNumberAndAge_AndOthersAreLeftAlone()
    {
        var time = new TestTimeProvider();
        DateTimeOffset now = time.GetUtcNow();
        var options = new LogFileOptions { Path = At("gateway-.log"), KeepFiles = 4, KeepFor = TimeSpan.FromDays(5) };
        var archive = new LogFileArchive(options, time, reason => Assert.Fail(reason));
        string current = Write("gateway-20261130.log", now);
        Write("gateway-20261129.log", now.AddDays(-1));
        Write("gateway-20261129_001.log", now.AddDays(-0.5));
        Write("gateway-20261127.log.gz", now.AddDays(-3));
        Write("gateway-20261126.log.gz", now.AddDays(-4));
        Write("gateway-20261120.log.gz", now.AddDays(-10));
        Write("gateway-notes.log", now.AddDays(-100));
        Write("other-20261101.log", now.AddDays(-100));
        Write("gateway-20261101.txt", now.AddDays(-100));

        archive.Prepare(current)();
        Assert.Equal(
            [
                "gateway-20261101.txt", "gateway-20261127.log.gz", "gateway-20261129.log.gz", "gateway-20261129_001.log.gz",
                "gateway-20261130.log", "gateway-notes.log", "other-20261101.log",
            ],
            Names());

        time.Advance(TimeSpan.FromDays(3));
        archive.Prepare(current)();
        Assert.DoesNotContain("gateway-20261127.log.gz", Names());
        Assert.Contains("gateway-20261129.log.gz", Names()); // its age counts from its last line
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    public void FileThatBeganLater_IsLeftAlone_WhenTheWorkBeginsLate(int keep)
    {
        var options = new LogFileOptions { Path = At("gateway-.log"), KeepFiles = keep };
        var archive = new LogFileArchive(options, TimeProvider.System, reason => Assert.Fail(reason));
        Write("gateway-20261129.log", TimeProvider.System.GetUtcNow().AddDays(-1));
        Action late = archive.Prepare(Write("gateway-20261130.log", TimeProvider.System.GetUtcNow()));
        Write("gateway-20261130_001.log", TimeProvider.System.GetUtcNow());

        late();
        string[] current = ["gateway-20261130.log", "gateway-20261130_001.log"];
        Assert.Equal(keep == 1 ? current : ["gateway-20261129.log.gz", .. current], Names());
    }

    [Fact]
    public void CompressedFileOfThatName_IsNotOverwritten()
    {
        var archive = new LogFileArchive(
            new LogFileOptions { Path = At("gateway-.log") }, TimeProvider.System, reason => Assert.Fail(reason));
        Write("gateway-20261130.log.gz", TimeProvider.System.GetUtcNow());
        File.WriteAllText(At("gateway-20261130.log"), "after a restart\n");

        archive.Prepare(At("gateway-20261130_001.log"))();
        Assert.Equal(["gateway-20261130.log.1.gz", "gateway-20261130.log.gz"], Names());
        Assert.Equal(["after a restart"], Lines(new FileInfo(At("gateway-20261130.log.1.gz"))));
    }

    [Fact]
    public void Failure_IsReported()
    {
        string? reported = null;
        var archive = new LogFileArchive(new LogFileOptions { Path = At("gone/x.log") }, TimeProvider.System, reason => reported = reason);
        archive.Prepare(At("gone/x.log"))();
        Assert.Contains("gone", reported, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Path", "/proc/x/gateway-.log", "is read-only")]
    [InlineData("Path", "/", "a folder, not a file")]
    [InlineData("Path", "log/", "a folder, not a file")]
    [InlineData("NewFileEach", "minute", "is not one of hour, day, month, never")]
    [InlineData("MaxFileBytes", "1023", "whole number from 1024")]
    [InlineData("KeepFor", "7", "a duration")]
    public async Task InvalidOption_IsAnError(string key, string value, string words)
    {
        Dictionary<string, string?> values = Samples.Good();
        values[Section + key] = value;
        ConfigurationResult result = await Samples.ReadAsync(values);
        ConfigurationError error = Assert.Single(result.Errors);
        Assert.Equal(Section + key, error.Path);
        Assert.Contains(words, error.Problem, StringComparison.Ordinal);
    }

    private static string[] Lines(FileInfo file)
    {
        using Stream stream = file.Extension == ".gz" ? new GZipStream(file.OpenRead(), CompressionMode.Decompress) : file.OpenRead();
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private string[] Names() => [.. _folder.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal)];

    private string Write(string name, DateTimeOffset written)
    {
        File.WriteAllText(At(name), "x\n");
        File.SetLastWriteTimeUtc(At(name), written.UtcDateTime);
        return At(name);
    }

    private ServiceProvider Start(params (string Key, string Value)[] settings)
    {
        Dictionary<string, string?> values = settings.ToDictionary(setting => Section + setting.Key, setting => (string?)setting.Value);
        values[Section + "Path"] = At("gateway-.log");
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        services.AddLogging(logging => logging.AddLogOutput());
        return services.BuildServiceProvider();
    }
}
