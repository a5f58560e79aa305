using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.TestKit.Market;

namespace SnetGateway.FunctionalTests.Adversary.Attacks;

/// <summary>A group whose gateways do not all share one ledger, as no group should.</summary>
internal static class LedgerAttacks
{
    private const int LedgerMismatch = 3001;

    /// <summary>
    /// What the group has sold, the lone ledger cannot know; the first total that does not fit it is refused there, and raises the alert.
    /// </summary>
    public static async Task TwoLedgersForOneGroupAsync(AttackRun run)
    {
        Payer payer = await run.OpenAsync();
        await payer.GoOnAsync();
        await payer.PayAsync();
        GatewayProcess lone = await run.Group.StartLoneGatewayAsync();
        await using RawHttp2 client = await RawHttp2.ConnectAsync(new Uri($"http://{lone.Endpoint}"));
        foreach (ulong amount in new[] { payer.Signed, payer.Next })
        {
            RawCall call = await client.OpenAsync(payer.Headers(amount));
            run.Counts.Begun(payer.Payment(amount), call);
            await call.SendAsync(Wire.Frame(run.Target.Message), end: true);
            run.MustBeRefused(await call.Reply.WithTimeout(), $"a total of {amount} at a ledger that never saw the channel");
        }

        await TestKit.Processes.Eventually.TrueAsync(
            "the alert is raised", () => Task.FromResult(lone.Log.Any(line => line.EventId == LedgerMismatch)));
        await payer.GoOnAsync();
    }
}
