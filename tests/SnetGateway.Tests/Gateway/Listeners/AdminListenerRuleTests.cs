using SnetGateway.Gateway.Configuration;
using SnetGateway.Tests.Gateway.Configuration;
using Xunit;

namespace SnetGateway.Tests.Gateway.Listeners;

/// <summary>When the admin listener may be reached from other machines.</summary>
public sealed class AdminListenerRuleTests : IDisposable
{
    private const string Admin = "SnetGateway:Listeners:Admin:";
    private const string Token = "0123456789abcdef0123456789abcdef";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-admin-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task OtherAddress_NeedsATokenAndTls()
    {
        Dictionary<string, string?> settings = Samples.Good();
        settings[Admin + "Address"] = "0.0.0.0:7001";
        Assert.Contains("it has no authentication", await ErrorsAsync(settings), StringComparison.Ordinal);
        settings[Admin + "TokenPath"] = Write(Token);
        Assert.Contains("the token would be sent without TLS", await ErrorsAsync(settings), StringComparison.Ordinal);
        settings[Admin + "Cleartext"] = "true";
        Assert.Equal("", await ErrorsAsync(settings));
        settings[Admin + "Cleartext"] = "false";
        settings["SnetGateway:Listeners:Public:Domains:0"] = "api.example.org";
        settings["SnetGateway:Acme:AcceptTerms"] = "true";
        Assert.DoesNotContain("Admin", await ErrorsAsync(settings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0123456789abcdef0123456789abcde")]
    [InlineData("0123456789abcdef 0123456789abcdef")]
    [InlineData("")]
    public async Task TokenThatIsTooShortOrNotOneWord_IsAnError_ThatDoesNotRepeatIt(string token)
    {
        Dictionary<string, string?> settings = Samples.Good();
        settings[Admin + "TokenPath"] = Write(token);
        string errors = await ErrorsAsync(settings);
        Assert.Contains("does not hold a token of 32 to 1024 printable ASCII characters", errors, StringComparison.Ordinal);
        Assert.True(token.Length == 0 || !errors.Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task TokenThatOthersMayRead_IsAnError()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string file = Write(Token);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Dictionary<string, string?> settings = Samples.Good();
        settings[Admin + "TokenPath"] = file;
        Assert.Contains("chmod 600", await ErrorsAsync(settings), StringComparison.Ordinal);
    }

    private static async Task<string> ErrorsAsync(Dictionary<string, string?> settings)
    {
        ConfigurationResult result = await Samples.ReadAsync(settings);
        return string.Join('\n', result.Errors);
    }

    private string Write(string token)
    {
        string file = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        File.WriteAllText(file, token + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return file;
    }
}
