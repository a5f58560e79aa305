using SnetGateway.Gateway.Configuration;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>`Groups:NAME:FreeCalls` and `AllowedUsers`: what is refused, with its remedy, and what becomes of the rest.</summary>
public sealed class FreeCallOptionTests : IDisposable
{
    private const string FreeCalls = "SnetGateway:Groups:main:FreeCalls";
    private const string Someone = "0x00000000000000000000000000000000000000AB";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-free-");
    private readonly string _key;

    public FreeCallOptionTests()
    {
        _key = WriteKey(new string('1', 64) + "\n");
    }

    public static TheoryData<string, string, string> Refused() => new()
    {
        { "SignerKeyFile", "/nowhere/key", "is not a file that can be read, by the gateway's user only. Write the path of a file" },
        { "Calls", "-1", "is not a whole number from 0 to 1000000000" },
        { "MinBalance", "-1", "is not a number of whole tokens" },
        { "MinBalance", "1e3", "is not a number of whole tokens" },
        { "MinBalance", "1.", "is not a number of whole tokens" },
        { "MinBalance", "1.0000000000000000001", "is not a number of whole tokens" },
        { "MinBalance", "115792089237316195423570985008687907853269984665640564039458", "is not a number of whole tokens" },
        { "TrustedSigners:0", "0x12", "is not an address" },
        { $"CallsPerAddress:{Someone}", "-1", "is not a whole number from 0 to 1000000000, or unlimited" },
        { $"CallsPerAddress:{Someone}", "infinity", "is not a whole number from 0 to 1000000000, or unlimited" },
        { "CallsPerAddress:0x12", "1", "the key is not an address" },
        { "Unknown", "1", "unknown key" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task InvalidValue_IsAnError(string key, string value, string text)
    {
        ConfigurationResult result = await LoadAsync(new() { [$"{FreeCalls}:SignerKeyFile"] = _key, [$"{FreeCalls}:{key}"] = value });
        Assert.Contains(text, Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Calls", "1")]
    [InlineData($"CallsPerAddress:{Someone}", "1")]
    [InlineData("TrustedSigners:0", Someone)]
    public async Task WithoutAKey_OtherKeysAreErrors(string key, string value)
    {
        ConfigurationResult result = await LoadAsync(new() { [$"{FreeCalls}:{key}"] = value });
        string name = key.Split(':')[0];
        Assert.Equal(
            $"{FreeCalls}:SignerKeyFile: not set, and {name} needs it. Set it, or remove {name}.", Assert.Single(result.Errors).ToString());
    }

    [Theory]
    [InlineData("no key")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("{\"version\":3}")]
    public async Task FileWithoutAKey_IsAnErrorThatDoesNotRepeatIt(string content)
    {
        string file = WriteKey(content);
        ConfigurationResult result = await LoadAsync(new() { [$"{FreeCalls}:SignerKeyFile"] = file });
        Assert.Equal(
            $"{FreeCalls}:SignerKeyFile: the file '{file}' holds no private key. Write the path of a file with 64 hex digits and nothing "
            + "else.",
            Assert.Single(result.Errors).ToString());
    }

    [Fact]
    public async Task KeyFileThatOthersCanRead_IsAnError()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // there are no such file modes
        }

        File.SetUnixFileMode(_key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        ConfigurationResult result = await LoadAsync(new() { [$"{FreeCalls}:SignerKeyFile"] = _key });
        Assert.Equal(
            $"{FreeCalls}:SignerKeyFile: '{_key}' is not a file that can be read, by the gateway's user only. Take the access from group "
            + $"and others, as chmod 600 {_key}.",
            Assert.Single(result.Errors).ToString());
    }

    [Fact]
    public async Task NineServicesOfOneHost_AreAnError()
    {
        var settings = new Dictionary<string, string?> { [$"{FreeCalls}:SignerKeyFile"] = _key };
        for (int i = 0; i < 9; i++)
        {
            settings[$"SnetGateway:Services:s{i}:Group"] = "main";
            settings[$"SnetGateway:Services:s{i}:ServiceId"] = $"s{i}";
            settings[$"SnetGateway:Services:s{i}:Price:Cogs"] = "1";
        }

        ConfigurationResult result = await LoadAsync(settings);
        Assert.Contains(
            "more than 8 services with free calls have the same host", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terms_AreThoseOfTheOptions()
    {
        ConfigurationResult result = await LoadAsync(new()
        {
            [$"{FreeCalls}:SignerKeyFile"] = _key,
            [$"{FreeCalls}:Calls"] = "7",
            [$"{FreeCalls}:MinBalance"] = "0.5",
            [$"{FreeCalls}:CallsPerAddress:{Someone}"] = "unlimited",
        });
        Assert.Empty(result.Errors);
        FreeCallOffer offer = result.Snapshot!.Catalog.Find("translate")!.FreeCalls!;
        FreeCallTerms terms = offer.Terms;
        Assert.Equal("0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a", terms.Signer.Address.ToString());
        Assert.Equal((7, -1), (terms.LimitOf(default), terms.LimitOf(Address.Parse(Someone.ToLowerInvariant()))));
        Assert.Equal(("500000000000000000", "0.5"), (terms.MinBalance.ToString(), terms.MinBalanceText));
        Assert.Equal(
            ["0x3bb9b2499c283cec176e7c707ecb495b7a961ebf", "0x7df35c98f41f3af0df1dc4c7f7d4c19a71dd059f"],
            terms.TrustedSigners.Select(signer => signer.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task WithoutFreeCalls_ThereIsNoOffer()
    {
        ConfigurationResult result = await LoadAsync([]);
        Assert.Empty(result.Errors);
        Assert.Null(result.Snapshot!.Catalog.Find("translate")!.FreeCalls);
    }

    [Fact]
    public async Task AllowedUsers_OnTheMainNetwork_Empty_OrWithABadEntry_AreErrors()
    {
        const string Key = "SnetGateway:AllowedUsers";
        Assert.Empty((await LoadAsync(new() { [$"{Key}:0"] = Someone })).Errors);
        Assert.Equal(
            $"{Key}: the list is empty, so no user could call. Write the addresses that may, or remove the key to let everyone call.",
            Assert.Single((await LoadAsync(new() { [Key] = "" })).Errors).ToString());
        Assert.Equal(
            $"{Key}: a service on the main network cannot be restricted to certain users. Remove the list, or set "
            + "SnetGateway:Chain:ChainId to that of a development network.",
            Assert.Single((await LoadAsync(new() { [$"{Key}:0"] = Someone, ["SnetGateway:Chain:ChainId"] = "1" })).Errors).ToString());
        Assert.StartsWith(
            $"{Key}:0: '0x12' is not an address",
            Assert.Single((await LoadAsync(new() { [$"{Key}:0"] = "0x12" })).Errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", 1)]
    [InlineData("null", 0)]
    public async Task AllowedUsers_EmptyListInAFile_IsAnError(string value, int errors)
    {
        string file = Path.Combine(_folder.FullName, "settings.json");
        await File.WriteAllTextAsync(file, $$"""{ "SnetGateway": { "AllowedUsers": {{value}} } }""");
        ConfigurationResult result = await new ConfigurationLoader(new ConfigurationSources(file, [])).LoadAsync();
        Assert.Equal(errors, result.Errors.Count(error => error.Path == "SnetGateway:AllowedUsers"));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static ValueTask<ConfigurationResult> LoadAsync(Dictionary<string, string?> changes) =>
        Samples.ReadAsync(Samples.Good().Where(pair => !changes.ContainsKey(pair.Key)).Concat(changes));

    private string WriteKey(string content)
    {
        string path = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.key");
        File.WriteAllText(path, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }
}
