using System.Globalization;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Values;

namespace SnetGateway.FunctionalTests.Adversary.Attacks;

/// <summary>Attacks on what the gateways read of the chain, and a chain that takes back what it told.</summary>
internal static class ChainAttacks
{
    private const int ReadsPerSecond = 20; // the gateway's default
    private const int Honest = 5;
    private static readonly TimeSpan s_untilSeen = TimeSpan.FromSeconds(5); // a gateway polls the chain each second

    private const int ReorganisationLoss = 4022;

    /// <summary>Thousands of ids that are nobody's or somebody else's; those who open a channel meanwhile are served at once.</summary>
    public static async Task FloodOfUnsignedRequestsAsync(AttackRun run)
    {
        PrivateKey honest = run.NewAccount();
        Payer foreign = await run.OpenAsync(recipient: run.NewAccount().Address);
        int readings = run.Target.Group?.ChannelRequests ?? 0;
        TimeProvider time = TimeProvider.System;
        long start = time.GetTimestamp();
        Task<RawReply>[] flood = [.. Enumerable.Range(0, run.Times(6_000, 600)).Select(n => GarbageAsync(run, foreign, n))];
        for (int i = 0; i < Honest; i++)
        {
            Payer payer = await run.OpenAsync(sender: honest);
            await payer.PayAsync(i % run.Everywhere.Count);
        }

        foreach (RawReply reply in await Task.WhenAll(flood))
        {
            run.MustBeRefused(reply, "a request without a payment");
        }

        if (run.Target.Group is { } group)
        {
            int spent = group.ChannelRequests - readings;
            double seconds = time.GetElapsedTime(start).TotalSeconds;
            double bound = run.Everywhere.Count * ((ReadsPerSecond * (seconds + 1)) + 1);
            run.Counts.Notes.Add($"{spent} requests that read channels in {seconds:0.0} s, for {Honest} new ones");
            if (spent > bound)
            {
                run.Counts.Problem($"{spent} reading requests in {seconds:0.0} s are more than the budget of {Math.Floor(bound)}");
            }
        }
    }

    /// <summary>
    /// What was granted on a channel that is gone is reported as lost. Its id is somebody else's then, with a record of its own.
    /// </summary>
    public static async Task OpeningTakenBackAsync(AttackRun run)
    {
        for (int round = 0; round < run.Times(4, 1); round++)
        {
            PrivateKey stranger = run.NewAccount();
            Payer payer = await run.OpenAsync();
            payer.IsClaimable = false;
            await payer.PayAsync();
            await run.Group.Chain.ReorganizeAsync(1);
            Payer heir = await run.OpenAsync(sender: stranger);
            if (heir.Channel != payer.Channel)
            {
                run.Counts.Problem($"the test's own: channel {heir.Channel} was to have the id {payer.Channel}");
            }

            await run.Group.Chain.MineAsync(2);
            await ReportedAsync(run, payer);
            foreach (int gateway in run.Everywhere)
            {
                // Refused until this gateway has seen it too, as everybody but the channel's sender is.
                await TestKit.Processes.Eventually.TrueAsync(
                    "the gateway has seen the reorganisation", async () => (await heir.ShowAsync(gateway, heir.Next)).Status == 0,
                    s_untilSeen);
                heir.Signed = heir.Next;
                run.MustBeRefused(await payer.ShowAsync(gateway, payer.Signed), "a payment of a channel that is gone");
                run.MustBeRefused(await payer.ShowAsync(gateway, heir.Next), "a payment of a channel that is gone");
            }

            await heir.GoOnAsync();
        }
    }

    /// <summary>A deposit that is gone buys nothing more, and what it has bought is reported.</summary>
    public static async Task DepositTakenBackAsync(AttackRun run)
    {
        for (int round = 0; round < run.Times(4, 1); round++)
        {
            ulong price = run.Target.Price;
            Payer payer = await run.OpenAsync(value: price);
            payer.IsClaimable = false;
            await payer.PayAsync();
            await run.Target.Chain.AddFundsAsync(payer.Key, payer.Channel, 5 * price);
            await payer.PayAsync();
            await run.Group.Chain.ReorganizeAsync(1);
            await run.Group.Chain.MineAsync(2);
            await ReportedAsync(run, payer);
            int lost = 0;
            foreach (int gateway in run.Everywhere)
            {
                // Until this gateway has seen it too, the deposit is as good as any that is not yet confirmed.
                await TestKit.Processes.Eventually.TrueAsync("the gateway has seen the reorganisation", async () =>
                {
                    RawReply reply = await payer.ShowAsync(gateway, payer.Next);
                    payer.Signed = reply.Status == 0 ? payer.Next : payer.Signed;
                    lost += reply.Status == 0 ? 1 : 0;
                    return reply.Message.StartsWith("not enough tokens", StringComparison.Ordinal);
                }, s_untilSeen);
            }

            run.Counts.Notes.Add($"{lost} calls granted on the deposit before a gateway saw that it is gone");
            await run.Target.Chain.AddFundsAsync(payer.Key, payer.Channel, 50 * price);
            await payer.GoOnAsync();
        }
    }

    /// <summary>
    /// A claim that is gone brings its nonce back on the chain; in the ledger nonces only rise, and nothing of the old one is sold again.
    /// </summary>
    public static async Task ClaimTakenBackAsync(AttackRun run)
    {
        for (int round = 0; round < run.Times(4, 1); round++)
        {
            Payer payer = await run.OpenAsync();
            await payer.GoOnAsync();
            ulong claimed = payer.Signed;
            byte[] signature = payer.Sign(claimed);
            await run.Target.Chain.ClaimAsync(run.Target.RecipientKey!, payer.Channel, claimed, signature);
            (payer.Nonce, payer.Signed) = (1, 0);
            await payer.PayAsync();
            await run.Group.Chain.ReorganizeAsync(1);
            await run.Group.Chain.MineAsync(2);
            foreach (int gateway in run.Everywhere)
            {
                await payer.AskAsync(gateway);
                for (ulong amount = run.Target.Price; amount <= claimed; amount += run.Target.Price)
                {
                    run.MustBeRefused(
                        await payer.ShowAsync(gateway, amount, 0), "a total of a nonce whose claim was taken back, granted before,");
                }

                run.MustBeRefused(
                    await payer.ShowAsync(gateway, payer.Signed),
                    "a total of the nonce after a claim that was taken back, granted before,");
            }

            // The provider sends its claim again, as the old signature is kept for.
            await run.Target.Chain.ClaimAsync(run.Target.RecipientKey!, payer.Channel, claimed, signature);
            await payer.GoOnAsync();
        }
    }

    /// <summary>Waits until the first gateway, which served it, has reported its loss.</summary>
    private static Task ReportedAsync(AttackRun run, Payer payer) => TestKit.Processes.Eventually.TrueAsync(
        "the loss is reported",
        () => Task.FromResult(run.Group.Gateways[0].Log.Any(line =>
            line.EventId == ReorganisationLoss && line.Values["Channel"] == $"{payer.Channel}")));

    private static Task<RawReply> GarbageAsync(AttackRun run, Payer foreign, int n)
    {
        ulong id = (n % 4) switch
        {
            0 => (ulong)run.Random.NextInt64(1 << 40, long.MaxValue), // nobody's
            1 => foreign.Channel.Value.ToUInt64Saturating() + (ulong)n, // nobody's yet
            _ => (ulong)run.Random.NextInt64((long)foreign.Channel.Value.ToUInt64Saturating() + 1), // somebody else's
        };
        var channel = new ChannelId(id);
        byte[] signature = n % 4 == 2 ? foreign.Sign(run.Target.Price, of: channel) : new byte[65];
        var payment = new Payment(foreign.Key.Address, channel.Value, 0, run.Target.Price);
        List<(string Name, string Value)> headers = foreign.Headers(run.Target.Price, 0, signature: signature);
        return run.CallAsync(
            n % run.Everywhere.Count, payment,
            headers.Select(
                header => header.Name == PaymentMetadata.ChannelId ? (header.Name, id.ToString(CultureInfo.InvariantCulture)) : header));
    }
}
