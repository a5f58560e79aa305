using SnetGateway.Gateway.Dashboard;
using Xunit;

namespace SnetGateway.Tests.Gateway.Dashboard;

/// <summary>Amounts, times and addresses as the dashboard shows them.</summary>
public sealed class ShowTests
{
    [Theory]
    [InlineData("0", "0 FET")]
    [InlineData("7", "7 cogs")]
    [InlineData("999999999999", "999_999_999_999 cogs")]
    [InlineData("1000000000000", "0.000001 FET")]
    [InlineData("1999999999999", "0.000001 FET")] // rounded down: never more than there is
    [InlineData("1500000000000000000", "1.5 FET")]
    [InlineData("1234567000000000000000000", "1_234_567 FET")]
    [InlineData("1234567123456789000000000", "1_234_567.123456 FET")]
    public void Amount_IsInTokens_OrInCogsWhereThoseWouldSayNothing(string cogs, string expected) =>
        Assert.Equal(expected.Replace('_', '\u202f'), Show.AmountText(cogs));

    [Theory]
    [InlineData("0", "0 FET")]
    [InlineData("1500000000000000000", "1.5 FET")]
    [InlineData("-1500000000000000000", "-1.5 FET")]
    [InlineData("-7", "-7 cogs")]
    public void Gain_HasItsSign(string cogs, string expected) => Assert.Equal(expected.Replace('-', '\u2212'), Show.Signed(cogs));

    [Theory]
    [InlineData(0, "0 gwei", "0 ether")]
    [InlineData(2_500_000_000, "2.5 gwei", "0.0000000025 ether")]
    [InlineData(300_000_000_000_000_000, "300000000 gwei", "0.3 ether")]
    public void Fee_IsInGweiAndEther(ulong wei, string gwei, string ether) =>
        Assert.Equal((gwei, ether), (Show.Gwei(wei), Show.Ether(wei)));

    [Theory]
    [InlineData(59, "59 s")]
    [InlineData(61, "1 min 1 s")]
    [InlineData(3_661, "1 h 1 min")]
    [InlineData(90_000, "25 h 0 min")]
    [InlineData(180_000, "2 d 2 h")]
    public void Span_HasItsLargestTwoUnits(int seconds, string expected) =>
        Assert.Equal(expected, Show.Span(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("/dashboard")]
    [InlineData("/dashboard?range=6h")]
    [InlineData("/dashboard/channels?search=7")]
    public void Login_LeadsToAPageOfTheDashboard(string page) => Assert.Equal(page, DashboardForms.ReturnTo(page));

    [Theory]
    [InlineData(null)]
    [InlineData("https://evil.example.org/")]
    [InlineData("//evil.example.org")]
    [InlineData("/dashboard/../../evil\\x")]
    [InlineData("/dashboardevil")]
    [InlineData("/dashboard\r\nX: y")]
    [InlineData("javascript:alert(1)")]
    public void Login_LeadsToNoOtherPage(string? page) => Assert.Equal("/dashboard", DashboardForms.ReturnTo(page));
}
