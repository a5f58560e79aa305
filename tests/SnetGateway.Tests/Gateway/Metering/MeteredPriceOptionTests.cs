using SnetGateway.Gateway.Configuration;
using SnetGateway.Payments.Pricing;
using SnetGateway.Tests.Gateway.Configuration;
using Xunit;

namespace SnetGateway.Tests.Gateway.Metering;

/// <summary>`Price:Metered`: refused values with their remedies, and what is read.</summary>
public sealed class MeteredPriceOptionTests
{
    private const string Service = "SnetGateway:Services:translate";
    private const string Metered = $"{Service}:Price:Metered";

    [Theory]
    [InlineData("trailer", null, MeterUnit.Reported, 1ul)]
    [InlineData("message", "7", MeterUnit.Message, 7ul)]
    [InlineData("kibibyte", "1", MeterUnit.Kibibyte, 1ul)]
    [InlineData("second", "3", MeterUnit.Second, 3ul)]
    public async Task Metered_IsRead(string by, string? cogs, MeterUnit unit, ulong unitCogs)
    {
        ConfigurationResult result = await ReadAsync(by, cogs);
        Assert.Empty(result.Errors);
        PaidService service = result.Snapshot!.Catalog.Find("translate")!;
        Assert.Equal(new MeteredPrice(unit, unitCogs), service.Metered);
        Assert.True(service.TakesCredit);
        Assert.False(service.TakesVouchers);
        Assert.Null(service.FreeCalls);
    }

    [Theory]
    [InlineData("none", null, null, null)]
    [InlineData("minute", null, "By", "minute")]
    [InlineData("message", null, "UnitCogs", "missing or 0")]
    [InlineData("second", "0", "UnitCogs", "missing or 0")]
    [InlineData("kibibyte", "-1", "UnitCogs", "is not an amount in cogs")]
    [InlineData("trailer", "5", "UnitCogs", "not used if By is trailer")]
    [InlineData("none", "5", "UnitCogs", "not used if By is none")]
    [InlineData("message", "115792089237316195423570985008687907853269984665640564039457584007913129639935", "UnitCogs", "the ceiling")]
    public async Task Values_AreChecked(string by, string? cogs, string? key, string? words)
    {
        ConfigurationResult result = await ReadAsync(by, cogs);
        if (key is null)
        {
            Assert.Empty(result.Errors);
            return;
        }

        Assert.Contains(
            result.Errors,
            error => error.Path == $"{Metered}:{key}" && error.ToString().Contains(words!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ServiceWithTraining_CannotBeMetered()
    {
        Dictionary<string, string?> settings = Settings("message", "1");
        settings[$"{Service}:Training:Address"] = "http://127.0.0.1:7003";
        Assert.Contains((await Samples.ReadAsync(settings)).Errors, error => error.Path == $"{Metered}:By");
    }

    private static ValueTask<ConfigurationResult> ReadAsync(string by, string? cogs) => Samples.ReadAsync(Settings(by, cogs));

    private static Dictionary<string, string?> Settings(string by, string? cogs)
    {
        Dictionary<string, string?> settings = Samples.Good();
        settings[$"{Metered}:By"] = by;
        if (cogs is not null)
        {
            settings[$"{Metered}:UnitCogs"] = cogs;
        }

        return settings;
    }
}
