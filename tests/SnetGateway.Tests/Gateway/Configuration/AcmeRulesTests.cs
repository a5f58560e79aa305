using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Validation;
using Xunit;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>What automatic certificates need, and what contradicts them.</summary>
public sealed class AcmeRulesTests : IDisposable
{
    private const string Acme = "SnetGateway:Acme:";
    private const string Listener = "SnetGateway:Listeners:Public:";

    private readonly string _folder = Directory.CreateTempSubdirectory("snet-acme-").FullName;

    public AcmeRulesTests()
    {
        Write("mac.key", "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W\n");
        Write("short.key", "AAAA");
        Write("text.key", "this is not base64url, however long it is");
        Write("store.key", new string('x', 32));
        Write("open.key", new string('x', 32), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", "", null, null)]
    [InlineData("Acme:AgreeToTerms", null, "Acme:AgreeToTerms", "not agreed to")]
    [InlineData("Acme:Staging", "true", null, null)]
    [InlineData("Acme:Directory", "https://ca.internal/dir", null, null)]
    [InlineData("Acme:Directory", "http://127.0.0.1:14000/dir", null, null)]
    [InlineData("Acme:Directory", "http://ca.internal/dir", "Acme:Directory", "without TLS")]
    [InlineData("Acme:Directory", "ca.internal", "Acme:Directory", "http or https URL")]
    [InlineData("Acme:Email", "operator@example.org", null, null)]
    [InlineData("Acme:Email", "nobody", "Acme:Email", "e-mail")]
    [InlineData("Acme:StoreKeyPath", "@store.key", "Acme:StoreKeyPath", "store is memory")]
    [InlineData("Acme:Folder", "@store.key", "Acme:Folder", "is a file")]
    [InlineData("Listeners:Public:Domains:1", "API.example.org", "Listeners:Public:Domains:1", "named twice")]
    [InlineData("Listeners:Public:Domains:1", "*.example.org", "Listeners:Public:Domains:1", "name of a host")]
    [InlineData("Listeners:Public:Domains:1", "localhost", "Listeners:Public:Domains:1", "name of a host")]
    [InlineData("Listeners:Public:Domains:1", "10.0.0.1", "Listeners:Public:Domains:1", "name of a host")]
    [InlineData("Listeners:Public:Domains:1", "a..b", "Listeners:Public:Domains:1", "name of a host")]
    [InlineData("Listeners:Public:Domains:1", "../../etc/x.y", "Listeners:Public:Domains:1", "name of a host")]
    [InlineData("Listeners:Public:ChallengeAddress", "0.0.0.0:80", null, null)]
    [InlineData("Listeners:Public:ChallengeAddress", "", null, null)]
    [InlineData("Listeners:Public:ChallengeAddress", "0.0.0.0", "Listeners:Public:ChallengeAddress", "address and a port")]
    [InlineData("Listeners:Public:ChallengeAddress", "0.0.0.0:7001", "Listeners:Public:ChallengeAddress", "another listener")]
    public async Task Key_OfAutomaticCertificates(string key, string? value, string? path, string? words) =>
        AssertError(path, words, await ReadAsync((key, value)));

    [Theory]
    [InlineData("id", "mac.key", null, null)]
    [InlineData("id", null, "Acme:ExternalAccount:KeyPath", "KeyId needs it")]
    [InlineData(null, "mac.key", "Acme:ExternalAccount:KeyId", "KeyPath needs it")]
    [InlineData("id", "short.key", "Acme:ExternalAccount:KeyPath", "MAC key")]
    [InlineData("id", "text.key", "Acme:ExternalAccount:KeyPath", "MAC key")]
    [InlineData("id", "open.key", "Acme:ExternalAccount:KeyPath", "gateway's user only")]
    [InlineData("id", "nowhere.key", "Acme:ExternalAccount:KeyPath", "no file")]
    public async Task ExternalAccount_HasBothKeys(string? keyId, string? file, string? path, string? words) => AssertError(
        path, words, await ReadAsync(
            ("Acme:ExternalAccount:KeyId", keyId), ("Acme:ExternalAccount:KeyPath", file is null ? null : $"@{file}")));

    [Theory]
    [InlineData("store.key", null, null)]
    [InlineData(null, "Acme:StoreKeyPath", "the replicas on redis need it")]
    [InlineData("short.key", "Acme:StoreKeyPath", "fewer than 32 bytes")]
    [InlineData("open.key", "Acme:StoreKeyPath", "gateway's user only")]
    public async Task SharedStore_NeedsAKey(string? file, string? path, string? words) => AssertError(
        path, words, await ReadAsync(
            ("Ledger:Store", "redis"), ("Ledger:Journal:Path", "@journal"), ("Acme:StoreKeyPath", file is null ? null : $"@{file}")));

    [Fact]
    public async Task StagingAndADirectory_ExcludeEachOther() => AssertError(
        "Acme:Staging", "only one", await ReadAsync(("Acme:Staging", "true"), ("Acme:Directory", "https://ca.internal/dir")));

    [Fact]
    public async Task ChallengesWithoutDomains_AreAnError() => AssertError(
        "Listeners:Public:Domains", "ChallengeAddress needs it",
        await ReadAsync(("Listeners:Public:Domains:0", null), ("Listeners:Public:ChallengeAddress", "0.0.0.0:80")));

    private static void AssertError(string? path, string? words, ConfigurationResult result)
    {
        if (words is null)
        {
            Assert.Empty(result.Errors);
            return;
        }

        ConfigurationError error = Assert.Single(result.Errors);
        Assert.Equal($"SnetGateway:{path}", error.Path);
        Assert.Contains(words, error.ToString(), StringComparison.Ordinal);
    }

    private async Task<ConfigurationResult> ReadAsync(params (string Key, string? Value)[] changes)
    {
        Dictionary<string, string?> values = Samples.Good();
        values[Listener + "Domains:0"] = "api.example.org";
        values[Acme + "AgreeToTerms"] = "true";
        foreach ((string key, string? value) in changes.Where(change => change.Key.Length > 0))
        {
            values[$"SnetGateway:{key}"] = value?.StartsWith('@') == true ? Path.Combine(_folder, value[1..]) : value;
            if (value is null)
            {
                values.Remove($"SnetGateway:{key}");
            }
        }

        return await Samples.ReadAsync(values);
    }

    private void Write(string file, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        string path = Path.Combine(_folder, file);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, mode);
    }
}
