using System.Numerics;
using SnetGateway.FunctionalTests.PaidEndToEnd;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Registry;

/// <summary>The life of a channel by the commands of the one binary, on the real contracts.</summary>
[Trait("Needs", "chain")]
public sealed class ChannelCommandTests(MarketFixture market) : IClassFixture<MarketFixture>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-channel-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Channel_IsOpenedPaidFilledExtendedAndWithdrawn()
    {
        string keyFile = Path.Combine(_folder.FullName, "key");
        await File.WriteAllTextAsync(keyFile, market.Chain.State.Accounts["consumer2"].PrivateKey);
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(new GatewaySettings(
            market.Chain.State, new MarketService("echo", market.Service(ExampleLanguage.JavaScript).Address) { Price = 10 })
        {
            Options = new Dictionary<string, string> { ["SnetGateway:Groups:default:PaymentExpirationThreshold"] = "5" },
        });

        string opened = await SucceedsAsync(gateway, "channel", "open", "--value", "100", "--expires-in", "40", "--key-file", keyFile);
        var id = BigInteger.Parse(opened, System.Globalization.CultureInfo.InvariantCulture);
        CommandResult call = await gateway.RunCommandAsync(
            "call", "--endpoint", $"http://{gateway.Endpoint}", "--channel", opened, "--key-file", keyFile, "--method", "/example.Echo/Say",
            "--proto", TestKit.RepositoryFiles.PathOf("samples/proto"), "--data", """{"text":"hello"}""");
        Assert.True(call.ExitCode == 0, call.Everything);

        await SucceedsAsync(gateway, "channel", "add-funds", opened, "--amount", "50", "--key-file", keyFile);
        Assert.Equal(150, (await market.Chain.GetChannelAsync(id)).Value);
        await SucceedsAsync(gateway, "channel", "extend", opened, "--expires-in", "60", "--key-file", keyFile);
        Assert.Contains(
            $"channel {opened}: 150 cogs, nonce 0", await SucceedsAsync(gateway, "channel", "list", "--key-file", keyFile),
            StringComparison.Ordinal);

        // The contract refuses it before the expiry, and nothing is sent.
        CommandResult early = await gateway.RunCommandAsync("channel", "withdraw", opened, "--key-file", keyFile);
        Assert.NotEqual(0, early.ExitCode);
        await market.Chain.MineAsync(70);
        gateway.ExpectErrors(3018); // what the call has paid was not claimed
        await SucceedsAsync(gateway, "channel", "withdraw", opened, "--key-file", keyFile);
        Assert.Equal(0, (await market.Chain.GetChannelAsync(id)).Value);

        CommandResult poor = await gateway.RunCommandAsync(
            "channel", "open", "--value", new string('9', 40), "--expires-in", "40", "--key-file", keyFile);
        Assert.Contains("cogs in its wallet", poor.Everything, StringComparison.Ordinal);
    }

    private static async Task<string> SucceedsAsync(GatewayProcess gateway, params string[] arguments)
    {
        CommandResult result = await gateway.RunCommandAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Everything);
        return string.Join('\n', result.Output);
    }
}
