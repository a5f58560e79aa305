using Nethereum.KeyStore;
using Nethereum.KeyStore.Model;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Claims;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Payments.Claims.Planning;
using SnetGateway.Tests.Gateway.Configuration;
using Xunit;

namespace SnetGateway.Tests.Gateway.Claims;

/// <summary>`SnetGateway:Claims`: which signers are refused, with the remedy, and that no message repeats a key or a password.</summary>
public sealed class ClaimOptionRulesTests : IDisposable
{
    private const string Signer = "SnetGateway:Claims:Signers:main";
    private const string Password = "the password of this test";
    private const string Hex = "0101010101010101010101010101010101010101010101010101010101010101";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-claims-");

    private static string Payee => AddressText.Checksum(PrivateKey.Parse(Hex).Address);

    [Fact]
    public async Task EncryptedKeyOfAPaymentAddress_IsAccepted_AndEveryGroupIsCovered()
    {
        Assert.Empty(await ErrorsAsync(WithKey()));
        ConfigurationResult result = await ReadAsync(WithKey());
        Assert.DoesNotContain(
            ConfigurationWarnings.Of(result.Options, result.Snapshot!),
            warning => warning.Path.Contains("Claims", StringComparison.Ordinal));
    }

    [Fact]
    public async Task GroupWithoutASigner_IsAWarning()
    {
        Dictionary<string, string?> changes = WithKey();
        changes["SnetGateway:Groups:other:OrganizationId"] = "other-org";
        changes["SnetGateway:Groups:other:GroupId"] = Samples.GroupId;
        changes["SnetGateway:Groups:other:PaymentAddress"] = "0x2222222222222222222222222222222222222222";
        ConfigurationResult result = await ReadAsync(changes);
        Assert.Contains(
            ConfigurationWarnings.Of(result.Options, result.Snapshot!),
            warning => warning.ToString().Contains("no signer has the payment address of the group 'other'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("wrong password", "the password does not open")]
    [InlineData("not encrypted", "is not an encrypted key")]
    [InlineData("other address", "is the PaymentAddress of no group")]
    [InlineData("no password", "KeyPath has no PasswordPath")]
    [InlineData("both", "it has not exactly one of KeyPath and Url")]
    [InlineData("none", "it has not exactly one of KeyPath and Url")]
    [InlineData("no address", "Url has no Address")]
    [InlineData("twice", "another signer has")]
    [InlineData("fees", "it is below MaxFeeGwei")]
    public async Task WrongSigner_IsOneError(string fault, string text)
    {
        Dictionary<string, string?> changes = WithKey();
        switch (fault)
        {
            case "wrong password":
                changes[$"{Signer}:PasswordPath"] = Write("another password");
                break;
            case "not encrypted":
                changes[$"{Signer}:KeyPath"] = Write(Hex);
                break;
            case "other address":
                changes["SnetGateway:Groups:main:PaymentAddress"] = "0x2222222222222222222222222222222222222222";
                break;
            case "no password":
                changes.Remove($"{Signer}:PasswordPath");
                break;
            case "both":
                changes[$"{Signer}:Url"] = "http://127.0.0.1:9000";
                break;
            case "none":
                changes = new() { [$"{Signer}:Address"] = Payee };
                break;
            case "no address":
                changes = new() { [$"{Signer}:Url"] = "http://127.0.0.1:9000" };
                break;
            case "twice":
                changes["SnetGateway:Claims:Signers:second:Url"] = "http://127.0.0.1:9000";
                changes["SnetGateway:Claims:Signers:second:Address"] = Payee;
                break;
            default:
                changes["SnetGateway:Claims:UrgentMaxFeeGwei"] = "29";
                break;
        }

        Assert.Contains(text, Assert.Single(await ErrorsAsync(changes)), StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_AreThoseOfTheOptions()
    {
        ClaimRules rules = new ClaimOptions { ValueCogs = "7", CogsPerEther = "9", MaxAge = TimeSpan.FromHours(5) }.Rules;
        Assert.Equal((7UL, 9UL), (rules.MinValue!.Value.ToUInt64Saturating(), rules.CogsPerEther!.Value.ToUInt64Saturating()));
        Assert.Equal(
            (30_000_000_000UL, 300_000_000_000UL, 11_520UL, 50),
            (rules.MaxFee, rules.UrgentMaxFee, rules.ExpiryBlocks, rules.BatchSize));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<ConfigurationResult> ReadAsync(Dictionary<string, string?> changes)
    {
        Dictionary<string, string?> all = Samples.Good();
        foreach ((string key, string? value) in changes)
        {
            all[key] = value;
        }

        return await Samples.ReadAsync(all);
    }

    private static async Task<string[]> ErrorsAsync(Dictionary<string, string?> changes)
    {
        string[] errors = [.. (await ReadAsync(changes)).Errors.Select(error => error.ToString())];
        Assert.DoesNotContain(errors, error => error.Contains(Password, StringComparison.Ordinal));
        Assert.DoesNotContain(errors, error => error.Contains(Hex, StringComparison.Ordinal));
        return errors;
    }

    private Dictionary<string, string?> WithKey() => new()
    {
        ["SnetGateway:Groups:main:PaymentAddress"] = Payee,
        [$"{Signer}:KeyPath"] = Write(new KeyStoreScryptService().EncryptAndGenerateKeyStoreAsJson(
            Password, Convert.FromHexString(Hex), Payee, new ScryptParams { Dklen = 32, N = 2, R = 1, P = 8 })),
        [$"{Signer}:PasswordPath"] = Write(Password + "\n"),
    };

    private string Write(string text)
    {
        string path = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }
}
