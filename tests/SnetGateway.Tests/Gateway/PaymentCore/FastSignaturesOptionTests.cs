using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Payments.Channels;
using Xunit;

namespace SnetGateway.Tests.Gateway.PaymentCore;

/// <summary>The operator's switch reaches the one who recovers signers, at startup and by a reload.</summary>
public sealed class FastSignaturesOptionTests
{
    private const string Key = "SnetGateway:PaidCalls:FastSignatures";

    [Theory]
    [InlineData(null, true)]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task Startup_TablesAreUsedAsConfigured(string? value, bool isUsed)
    {
        await using ServiceProvider services = Services(value, out _);
        Assert.Equal(isUsed, Signers(services).UsesTables);
    }

    [Fact]
    public async Task Reload_SwitchesTablesOffAndOn()
    {
        await using ServiceProvider services = Services("true", out IConfigurationRoot configuration);
        SignerRecovery signers = Signers(services);
        foreach (bool isUsed in new[] { false, true })
        {
            configuration[Key] = isUsed.ToString();
            configuration.Reload();
            Assert.Equal(isUsed, signers.UsesTables);
        }
    }

    private static SignerRecovery Signers(ServiceProvider services) =>
        Assert.IsType<SignerRecovery>(services.GetRequiredService<ISignerRecovery>());

    private static ServiceProvider Services(string? value, out IConfigurationRoot configuration)
    {
        configuration = new ConfigurationBuilder().AddInMemoryCollection(value is null ? [] : [new(Key, value)]).Build();
        return new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration).AddPaidCalls().AddPaymentCore()
            .BuildServiceProvider();
    }
}
