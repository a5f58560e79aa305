using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Infrastructure;

namespace SnetGateway.FunctionalTests.Adversary.Attacks;

/// <summary>Payments around the moment at which the provider claims.</summary>
internal static class ClaimAttacks
{
    // A gateway polls the chain each second; what a claim made past it overtakes is refused from then on.
    private static readonly TimeSpan s_unseen = TimeSpan.FromSeconds(5);

    /// <summary>After a claim nothing of the nonce before is worth anything: neither what was paid, nor what was never shown.</summary>
    public static async Task NonceRollbackAsync(AttackRun run)
    {
        Payer payer = await run.OpenAsync();
        for (int round = 0; round < run.Times(6, 1); round++)
        {
            await payer.GoOnAsync();
            ulong claimed = payer.Nonce;
            ulong last = payer.Signed;
            await ClaimAsync(run, payer);
            await SeeAsync(run, payer);
            for (ulong amount = run.Target.Price; amount <= last + (2 * run.Target.Price); amount += run.Target.Price)
            {
                foreach (int gateway in run.Everywhere)
                {
                    run.MustBeRefused(await payer.ShowAsync(gateway, amount, claimed), $"a total of nonce {claimed}, which was claimed,");
                }
            }

            (payer.Nonce, payer.Signed) = (claimed + 1, 0);
            ulong next = payer.Next;
            await payer.StormAsync(next, 64);
            run.MustBeGranted(payer.Payment(next));
            await payer.GoOnAsync();
        }
    }

    /// <summary>
    /// While a claim waits to be mined, the next nonce is worth nothing; once it is mined, the old one is not, and what is left buys what
    /// is left and no more. What is signed at the old nonce before a gateway has seen a claim made past it is the provider's loss, so that
    /// time is bounded.
    /// </summary>
    public static async Task ClaimNotYetMinedAsync(AttackRun run)
    {
        ulong price = run.Target.Price;
        Payer payer = await run.OpenAsync(value: 5 * price);
        await payer.GoOnAsync();
        ulong claimed = payer.Signed;
        await run.Group.Chain.SetMiningAsync("manual");
        try
        {
            await run.Target.Chain.ClaimAsync(run.Target.RecipientKey!, payer.Channel, claimed, payer.Sign(claimed), wait: false);
            foreach (int gateway in run.Everywhere)
            {
                run.MustBeRefused(await payer.ShowAsync(gateway, price, 1), "the nonce after a claim that is not mined");
            }

            await run.Group.Chain.MineAsync();
        }
        finally
        {
            await run.Group.Chain.SetMiningAsync("automine");
        }

        TimeProvider time = TimeProvider.System;
        long mined = time.GetTimestamp();
        int lost = 0;
        foreach (int gateway in run.Everywhere)
        {
            RawReply reply;
            while ((reply = await payer.ShowAsync(gateway, payer.Next)).Status == 0)
            {
                payer.Signed = payer.Next;
                lost++;
            }

            if (time.GetElapsedTime(mined) > s_unseen)
            {
                run.Counts.Problem($"gateway {gateway} had not seen a claim after {time.GetElapsedTime(mined)}");
            }
        }

        run.Counts.Notes.Add($"{lost} totals of the old nonce taken before a claim made past the gateways was seen");
        await SeeAsync(run, payer);
        (payer.Nonce, payer.Signed) = (1, 0);
        await payer.PayAsync();
        await payer.PayAsync(run.Everywhere[^1]);
        foreach (int gateway in run.Everywhere)
        {
            run.MustBeRefused(await payer.ShowAsync(gateway, payer.Next), "more than the claim has left in the channel");
        }
    }

    /// <summary>
    /// A debtor keeps its turn by an upload that does not end. The claim does not wait for it, and the upload buys nothing.
    /// </summary>
    public static async Task TurnHeldWhileAClaimIsDueAsync(AttackRun run)
    {
        foreach (int gateway in run.Everywhere)
        {
            Payer payer = await run.OpenAsync();
            await payer.PayAsync(gateway);
            RawCall upload = await run.BeginAsync(gateway, payer.Payment(payer.Next), payer.Headers(payer.Next));
            byte[] frame = Wire.Frame(run.Target.Message);
            await upload.SendAsync(frame[..3]);
            await ClaimAsync(run, payer);
            await SeeAsync(run, payer);
            await upload.SendAsync(frame[3..], end: true);
            RawReply reply = await upload.Reply.WithTimeout();
            run.MustBeRefused(reply, "an upload that a claim overtook");
            if (reply.Status != 1000)
            {
                run.Counts.Problem($"an upload that a claim overtook should be told the nonce: {reply}");
            }

            (payer.Nonce, payer.Signed) = (1, 0);
            await payer.GoOnAsync();
        }
    }

    private static Task ClaimAsync(AttackRun run, Payer payer)
    {
        PrivateKey recipient = run.Target.RecipientKey!;
        return run.Target.Chain.ClaimAsync(recipient, payer.Channel, payer.Signed, payer.Sign(payer.Signed));
    }

    /// <summary>Waits until every gateway tells the next nonce.</summary>
    private static async Task SeeAsync(AttackRun run, Payer payer)
    {
        foreach (int gateway in run.Everywhere)
        {
            await TestKit.Processes.Eventually.TrueAsync(
                "the gateway has seen the claim", async () => (await payer.AskAsync(gateway)).Nonce > payer.Nonce);
        }
    }
}
