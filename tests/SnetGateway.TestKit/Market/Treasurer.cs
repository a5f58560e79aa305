using System.Globalization;
using System.Numerics;
using System.Text.Json;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.TestKit.Market;

/// <summary>
/// The provider of the local chain, who claims with the requests of the public command line client (tests/clients/python/treasurer.py) and
/// shares no code with the gateway.
/// </summary>
public static class Treasurer
{
    /// <summary>Does one action and returns the payments that it printed, or the error that the gateway returned.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="chain">The local chain.</param>
    /// <param name="action">See tests/clients/README.md.</param>
    /// <param name="channels">The channels, for `claim`, `start` and `start-all`.</param>
    /// <param name="nonce">The nonce, for `start`.</param>
    /// <param name="threshold">Blocks, for `claim-expired`.</param>
    /// <exception cref="InvalidOperationException">The program failed; the message has its output.</exception>
    public static async Task<TreasurerReport> RunAsync(
        GatewayProcess gateway, ChainState chain, string action, BigInteger[]? channels = null, int nonce = 0, int threshold = 0)
    {
        ChainAccount provider = chain.Accounts["provider"];
        var job = new
        {
            endpoint = gateway.Endpoint,
            rpcUrl = chain.RpcUrl,
            mpeAddress = chain.MultiPartyEscrow,
            privateKey = provider.PrivateKey,
            address = provider.Address,
            action,
            channels = (channels ?? []).Select(channel => (long)channel),
            nonce,
            threshold,
        };
        await using var python = ChildProcess.Start(
            PayingClient.DebianPython,
            [Repository.Existing("tests/clients/python/treasurer.py", "the checkout is incomplete"), JsonSerializer.Serialize(job)]);
        List<TreasurerPayment> payments = [];
        string? error = null;
        await foreach (string line in python.OutputLines.ReadAllAsync())
        {
            JsonElement printed = JsonSerializer.Deserialize<JsonElement>(line);
            if (printed.TryGetProperty("details", out JsonElement details))
            {
                error = $"{printed.GetProperty("code")} {details.GetString()}";
            }
            else
            {
                payments.Add(new TreasurerPayment(
                    Number(printed, "channel"), Number(printed, "nonce"), Number(printed, "amount"),
                    printed.GetProperty("signature").GetString()!));
            }
        }

        return await python.WaitForExitAsync() == 0
            ? new TreasurerReport(payments, error)
            : throw new InvalidOperationException($"The treasurer failed. Its output:\n{python.RecentOutput}");
    }

    private static BigInteger Number(JsonElement line, string name) =>
        BigInteger.Parse(line.GetProperty(name).GetRawText(), CultureInfo.InvariantCulture);
}

/// <summary>What the treasurer saw.</summary>
/// <param name="Payments">The payments that it listed, started or claimed.</param>
/// <param name="Error">Code and text of the request that was refused; null for none.</param>
public sealed record TreasurerReport(IReadOnlyList<TreasurerPayment> Payments, string? Error)
{
    /// <summary>Each payment as one line: channel, nonce and amount.</summary>
    public string[] Lines => [.. Payments.Select(payment => $"{payment.Channel}/{payment.Nonce}: {payment.Amount}")];
}

/// <summary>A signed amount of one nonce.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Nonce">Its nonce.</param>
/// <param name="Amount">Cogs.</param>
/// <param name="Signature">As hex; empty in a list of what is unclaimed.</param>
public sealed record TreasurerPayment(BigInteger Channel, BigInteger Nonce, BigInteger Amount, string Signature);
