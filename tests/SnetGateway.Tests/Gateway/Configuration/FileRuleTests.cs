using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Validation;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>
/// Files that the configuration names are what they should be, so that `check-config` finds what would keep `serve` from starting.
/// </summary>
public sealed class FileRuleTests : IDisposable
{
    private const string Listener = "SnetGateway:Listeners:Public:";
    private const string Ledger = "SnetGateway:Ledger:";

    private readonly string _folder = Directory.CreateTempSubdirectory("snet-files-").FullName;

    public FileRuleTests()
    {
        StoreCertificates.Write(_folder, "one");
        StoreCertificates.Write(_folder, "other");
        File.WriteAllText(At("whole.pem"), $"{File.ReadAllText(At("one.pem"))}\n{File.ReadAllText(At("one.key"))}");
        File.WriteAllText(At("text.pem"), "hello");
        File.WriteAllText(At("half.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("one.pem", "one.key", null, "")]
    [InlineData("whole.pem", null, null, "")]
    [InlineData("whole.pem", "", null, "")]
    [InlineData("", null, null, "")]
    [InlineData("", "", null, "")]
    [InlineData("text.pem", null, "CertificatePath", "holds no certificate")]
    [InlineData("half.pem", "one.key", "CertificatePath", "holds no certificate")]
    [InlineData("one.key", "one.key", "CertificatePath", "holds no certificate")]
    [InlineData("one.pem", null, "CertificatePath", "into SnetGateway:Listeners:Public:KeyPath")]
    [InlineData("one.pem", "other.key", "KeyPath", "no key that fits")]
    [InlineData("one.pem", "text.pem", "KeyPath", "no key that fits")]
    [InlineData("one.pem", "nowhere.key", "KeyPath", "there is no file")]
    public async Task Certificate_ThatCannotBeServed_IsAMistake_AndAnEmptyPathIsNone(
        string certificate, string? key, string? path, string words) =>
        AssertMistake(
            Listener + path,
            path is null ? null : words,
            await ReadAsync((Listener + "CertificatePath", Pem(certificate)), (Listener + "KeyPath", Pem(key))));

    [Fact]
    public async Task FurtherCertificates_AreCheckedToo() => AssertMistake(
        Listener + "Certificates:1:KeyPath",
        "no key that fits",
        await ReadAsync(
            (Listener + "Certificates:0:CertificatePath", At("whole.pem")),
            (Listener + "Certificates:1:CertificatePath", At("one.pem")),
            (Listener + "Certificates:1:KeyPath", At("other.key"))));

    [Theory]
    [InlineData("sqlite", "Path", "new/folder/ledger.db", null)]
    [InlineData("sqlite", "Path", "text.pem", null)]
    [InlineData("sqlite", "Path", ".", "is a folder")]
    [InlineData("sqlite", "Path", "text.pem/ledger.db", "is a file")]
    [InlineData("sqlite", "Path", "/proc/x/ledger.db", "is read-only")]
    [InlineData("sqlite", "Path", "", "one character or more")]
    [InlineData("memory", "Path", "/proc/x/ledger.db", null)]
    [InlineData("redis", "Journal:Path", "text.pem", "is a file")]
    [InlineData("redis", "Journal:Path", "new/journal", null)]
    [InlineData("redis", "Redis:PasswordPath", "nowhere", "there is no file")]
    public async Task Ledger_WhereNoneCanBe_IsAMistake(string store, string key, string value, string? words) =>
        AssertMistake(
            Ledger + key,
            words,
            await ReadAsync((Ledger + "Store", store), (Ledger + key, value.Length == 0 ? value : Path.Combine(_folder, value))));

    [Theory]
    [InlineData("localhost:6379", true)]
    [InlineData("[::1]:65535", true)]
    [InlineData("redis.example.org:1", true)]
    [InlineData("127.0.0.1:99999", false)]
    [InlineData("127.0.0.1:65536", false)]
    [InlineData("127.0.0.1:0", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("nonsense::x", false)]
    [InlineData("::1:6379", false)]
    [InlineData("", false)]
    public async Task RedisEndpoint_IsAHostAndAPort(string endpoint, bool isRight) => AssertMistake(
        Ledger + "Redis:Endpoint",
        isRight ? null : $"'{endpoint}' is not a host and a port, as localhost:6379. Write a host and a port, as localhost:6379.",
        await ReadAsync((Ledger + "Redis:Endpoint", endpoint)));

    private static void AssertMistake(string path, string? words, ConfigurationResult result)
    {
        if (words is null)
        {
            Assert.Empty(result.Errors);
            return;
        }

        ConfigurationError error = Assert.Single(result.Errors);
        Assert.Equal(path, error.Path);
        Assert.Contains(words, error.ToString(), StringComparison.Ordinal);
    }

    private static async Task<ConfigurationResult> ReadAsync(params (string Key, string? Value)[] changes)
    {
        Dictionary<string, string?> values = Samples.Good();
        foreach ((string key, string? value) in changes)
        {
            values[key] = value;
        }

        return await Samples.ReadAsync(values);
    }

    private string At(string name) => Path.Combine(_folder, name);

    private string? Pem(string? name) => string.IsNullOrEmpty(name) ? name : At(name);
}
