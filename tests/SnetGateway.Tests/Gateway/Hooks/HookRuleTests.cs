using SnetGateway.Gateway.Validation;
using SnetGateway.Tests.Gateway.Configuration;
using Xunit;

namespace SnetGateway.Tests.Gateway.Hooks;

/// <summary>What `check-config` says of hooks.</summary>
public sealed class HookRuleTests : IDisposable
{
    private readonly string _secret = Path.GetTempFileName(); // for its owner only

    public void Dispose() => File.Delete(_secret);

    [Theory]
    [InlineData("email", "Email:Host")]
    [InlineData("email", "Email:From")]
    [InlineData("email", "Email:To")]
    [InlineData("email", "Email:PasswordPath")]
    [InlineData("email", "Email:UserName")]
    [InlineData("webhook", "Webhook:Url")]
    [InlineData("telegram", "Telegram:TokenPath")]
    [InlineData("telegram", "Telegram:ChatId")]
    [InlineData("daemon", "Daemon:Url")]
    [InlineData("daemon", "Daemon:Recipient")]
    [InlineData("plugin", "Plugin:Assembly")]
    [InlineData("plugin", "Plugin:Type")]
    public async Task KeyOfItsKind_IsRequired(string kind, string key)
    {
        Dictionary<string, string?> values = Whole(kind);
        Assert.Empty((await Samples.ReadAsync(values)).Errors);
        foreach (string removed in values.Keys.Where(one => one.StartsWith(HookRun.Section + key, StringComparison.Ordinal)).ToList())
        {
            values.Remove(removed);
        }

        ConfigurationError error = Assert.Single((await Samples.ReadAsync(values)).Errors);
        Assert.Equal(HookRun.Section + key, error.Path);
    }

    [Theory]
    [InlineData("email", "Kind", "mail", "is not one of email, webhook, telegram, plugin, daemon")]
    [InlineData("email", "Level", "Loud", "is not one of Trace, Debug")]
    [InlineData("email", "Interval", "00:00:00", "is not a duration")]
    [InlineData("email", "Email:Encryption", "none", "without encryption")]
    [InlineData("email", "Email:To:0", "nobody", "is not an e-mail address")]
    [InlineData("email", "Email:PasswordPath", "/no/such/file", "by the gateway's user only")]
    [InlineData("webhook", "Webhook:Url", "ftp://x/canary", "the value is not an http or https URL")]
    [InlineData("plugin", "Plugin:Type", "SnetGateway.SpoolHook.Other", "has no class")]
    [InlineData("plugin", "Plugin:Assembly", "/etc/passwd", "is not an assembly")]
    [InlineData("plugin", "Plugin:Password", "x", "unknown key")]
    public async Task InvalidValue_IsAnError(string kind, string key, string value, string words)
    {
        Dictionary<string, string?> values = Whole(kind);
        values[HookRun.Section + key] = value;
        ConfigurationError error = Assert.Single((await Samples.ReadAsync(values)).Errors);
        Assert.Contains(words, error.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokenInTheUrl_NeedsItsFile()
    {
        Dictionary<string, string?> values = Whole("webhook");
        values[HookRun.Section + "Webhook:Url"] = "https://example.org/{token}";
        values.Remove(HookRun.Section + "Webhook:TokenPath");
        ConfigurationError error = Assert.Single((await Samples.ReadAsync(values)).Errors);
        Assert.Equal(HookRun.Section + "Webhook:TokenPath", error.Path);
    }

    [Fact]
    public async Task ClassThatIsNoHook_IsAnError()
    {
        Dictionary<string, string?> values = Whole("plugin");
        values[HookRun.Section + "Plugin:Assembly"] = typeof(HookRuleTests).Assembly.Location;
        values[HookRun.Section + "Plugin:Type"] = typeof(HookRuleTests).FullName;
        ConfigurationError error = Assert.Single((await Samples.ReadAsync(values)).Errors);
        Assert.Contains("does not implement SnetGateway.Gateway.Hooks.IHook", error.Problem, StringComparison.Ordinal);
    }

    private Dictionary<string, string?> Whole(string kind)
    {
        Dictionary<string, string?> values = Samples.Good();
        (string Key, string Value)[] own = kind switch
        {
            "email" =>
            [
                ("Email:Host", "mail.example.org"), ("Email:From", "a@example.org"), ("Email:To:0", "b@example.org"),
                ("Email:UserName", "a"), ("Email:PasswordPath", _secret),
            ],
            "webhook" => [("Webhook:Url", "https://example.org/x"), ("Webhook:TokenPath", _secret)],
            "daemon" => [("Daemon:Url", "https://example.org/notify"), ("Daemon:Recipient", "a@example.org")],
            "telegram" => [("Telegram:TokenPath", _secret), ("Telegram:ChatId", "-1001")],
            _ => [("Plugin:Assembly", HookDestinationTests.SpoolHook), ("Plugin:Type", "SnetGateway.SpoolHook.SpoolHook")],
        };
        values[HookRun.Section + "Kind"] = kind;
        foreach ((string key, string value) in own)
        {
            values[HookRun.Section + key] = value;
        }

        return values;
    }
}
