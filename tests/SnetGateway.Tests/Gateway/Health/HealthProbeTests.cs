using SnetGateway.Gateway.Health;
using Xunit;

namespace SnetGateway.Tests.Gateway.Health;

public sealed class HealthProbeTests
{
    [Theory]
    [InlineData("0000000002 0801", true)]
    [InlineData("0000000002 0802", false)]
    [InlineData("0000000002 0800", false)]
    [InlineData("0000000000", false)]
    [InlineData("0000000004 0801 1801", true)]
    [InlineData("0100000002 0801", false)]
    [InlineData("0000000003 0801", false)]
    [InlineData("0000000001 08", false)]
    [InlineData("00000000", false)]
    [InlineData("", false)]
    public void OnlyServing_IsServing(string frame, bool serving) =>
        Assert.Equal(serving, HealthProbe.IsServing(Convert.FromHexString(frame.Replace(" ", "", StringComparison.Ordinal))));
}
