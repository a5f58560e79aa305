using System.ComponentModel.DataAnnotations;
using SnetGateway.Ethereum;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Payments;
using SnetGateway.Storage;
using Xunit;

namespace SnetGateway.Tests.Gateway.Configuration;

public sealed class OwnRulesTests
{
    // OwnRules names them one by one: add a new one there, then here.
    [Fact]
    public void OptionClasses_ThatCheckThemselves_AreThoseThatOwnRulesNames() => Assert.Equal(
        ["EtcdOptions", "HeartbeatOptions", "RedisOptions", "WebOptions"],
        new[] { typeof(GatewayOptions), typeof(ChainOptions), typeof(PaidCallOptions), typeof(LedgerOptions) }
            .SelectMany(options => options.Assembly.GetTypes())
            .Where(typeof(IValidatableObject).IsAssignableFrom)
            .Select(type => type.Name)
            .Order(StringComparer.Ordinal));
}
