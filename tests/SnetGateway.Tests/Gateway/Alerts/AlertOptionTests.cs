using SnetGateway.Gateway.Alerts;
using SnetGateway.Gateway.Validation;
using SnetGateway.Tests.Gateway.Configuration;
using Xunit;

namespace SnetGateway.Tests.Gateway.Alerts;

/// <summary>What `check-config` says of alerts.</summary>
public sealed class AlertOptionTests
{
    [Theory]
    [InlineData("Off:0", "InstanceDow", "InstanceDown")]
    [InlineData("Silences:work:Until", "2026-12-01T06:00:00", "a time with its offset")]
    [InlineData("Silences:work:Until", "tomorrow", "a time with its offset")]
    [InlineData("Silences:work:Matcher", "x", "unknown key")]
    [InlineData("UnclaimedCogs", "-1", "an amount in cogs")]
    [InlineData("ErrorShare", "2", "0.001")]
    [InlineData("After", "-00:00:01", "duration")]
    public async Task InvalidValue_IsAnError(string key, string value, string words)
    {
        Dictionary<string, string?> values = Samples.Good();
        values["SnetGateway:Alerts:Silences:work:Until"] = "2026-12-01T06:00Z";
        values["SnetGateway:Alerts:Off:0"] = "InstanceDown";
        Assert.Empty((await Samples.ReadAsync(values)).Errors);
        values[$"SnetGateway:Alerts:{key}"] = value;
        ConfigurationError error = Assert.Single((await Samples.ReadAsync(values)).Errors);
        Assert.Equal($"SnetGateway:Alerts:{key}", error.Path);
        Assert.Contains(words, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-12-01T06:00:00Z", true)]
    [InlineData("2026-12-01T06:00Z", true)]
    [InlineData("2026-12-01T07:00:00+01:00", true)]
    [InlineData("2026-12-01T00:00-06:00", true)]
    [InlineData("2026-12-01T06:00:00", false)]
    [InlineData("2026-12-01T06:00", false)]
    [InlineData("2026-12-01", false)]
    [InlineData("", false)]
    public void TimeOfASilence_HasAnOffset(string text, bool isValid)
    {
        Assert.Equal(isValid, AlertSilences.TryReadTime(text, out DateTimeOffset time));
        Assert.True(!isValid || time == new DateTimeOffset(2026, 12, 1, 6, 0, 0, TimeSpan.Zero));
    }
}
