using System.Net.Sockets;
using SnetGateway.FunctionalTests.Infrastructure;

namespace SnetGateway.FunctionalTests.Adversary.Attacks;

/// <summary>Attacks by being slow, and by waiting until a channel runs out.</summary>
internal static class TimeAttacks
{
    private static readonly TimeSpan s_untilKnown = TimeSpan.FromSeconds(20);

    /// <summary>Admitted in time, and written too late to be claimed in peace: refused at the settle.</summary>
    public static async Task UploadPacedPastTheExpiryAsync(AttackRun run)
    {
        Payer old = await run.OpenAsync(blocks: 1);
        foreach (int gateway in run.Everywhere.Take(run.Times(3, 1)))
        {
            Payer payer = await run.OpenAsync(blocks: run.Target.Threshold + 4);
            RawCall upload = await run.BeginAsync(gateway, payer.Payment(payer.Next), payer.Headers(payer.Next));
            byte[] frame = Wire.Frame(run.Target.Message);
            await upload.SendAsync(frame[..3]);
            await run.PassAsync(old, (run.Target.Threshold / 2) + 5);
            await upload.SendAsync(frame[3..], end: true);
            run.MustBeRefused(await upload.Reply.WithTimeout(), "an upload paced past the expiry");
            await run.Target.Chain.ExtendAsync(
                payer.Key, payer.Channel, await run.Target.Chain.HeadAsync() + run.Target.Threshold + 1_000_000);
            await payer.GoOnAsync();
        }
    }

    /// <summary>Pays block after block while the channel runs out: from the threshold on, every gateway refuses.</summary>
    public static async Task ExpiryRaceAsync(AttackRun run)
    {
        const ulong Blocks = 3;
        Payer old = await run.OpenAsync(blocks: 1);
        Payer payer = await run.OpenAsync(blocks: run.Target.Threshold + Blocks + 1);
        ulong end = await run.Target.Chain.HeadAsync() + Blocks;
        for (ulong block = 0; block <= Blocks + 2; block++)
        {
            ulong head = await run.Target.Chain.HeadAsync();
            ulong amount = payer.Next;
            RawReply[] replies = await payer.StormAsync(amount, 32);
            if (run.Counts.GrantsOf(payer.Payment(amount)) > 0)
            {
                payer.Signed = amount;
            }

            if (head > end)
            {
                Array.ForEach(replies, reply => run.MustBeRefused(reply, $"a payment at block {head} from a channel whose last is {end}"));
            }

            await run.PassAsync(old, 1);
        }

        if (payer.Signed == 0)
        {
            run.Counts.Problem("nothing was granted before the expiry either");
        }
    }

    /// <summary>Connections and calls that begin in every way and do not go on. Whoever pays is served beside them.</summary>
    public static async Task SlowLorisAsync(AttackRun run)
    {
        Payer attacker = await run.OpenAsync();
        Payer honest = await run.OpenAsync(sender: run.NewAccount());
        var sockets = new List<TcpClient>();
        var uploads = new List<RawCall>();
        try
        {
            for (int i = 0; i < run.Times(300, 30); i++)
            {
                int gateway = i % run.Everywhere.Count;
                switch (i % 5)
                {
                    case 0: // says nothing
                    case 1: // begins to say which protocol
                        var socket = new TcpClient();
                        await socket.ConnectAsync(run.Target.Gateways[gateway].IdnHost, run.Target.Gateways[gateway].Port);
                        await socket.GetStream().WriteAsync(i % 5 == 0 ? Array.Empty<byte>() : "PRI * HT"u8.ToArray());
                        sockets.Add(socket);
                        run.Counts.Tried("a connection that does not go on");
                        break;
                    case 2: // headers without an end
                        await (await run.ConnectAsync(gateway)).SendAsync(
                            FrameType.Headers, 0, 1, Hpack.Write(attacker.Headers(attacker.Next)));
                        run.Counts.Tried("headers that do not go on");
                        break;
                    default: // a message without an end
                        RawCall upload = await run.BeginAsync(gateway, attacker.Payment(attacker.Next), attacker.Headers(attacker.Next));
                        await upload.SendAsync(Wire.Frame(run.Target.Message)[..(i % 5)]);
                        uploads.Add(upload);
                        break;
                }
            }

            for (int call = 0; call < run.Times(30, 3); call++)
            {
                await honest.GoOnAsync();
            }
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }

        foreach (RawCall upload in uploads)
        {
            await upload.ResetAsync();
        }

        await honest.GoOnAsync();
    }

    /// <summary>
    /// So many blocks pass, and every gateway knows: a channel that is near its end gets a fresh look, and is told the newest block.
    /// </summary>
    private static async Task PassAsync(this AttackRun run, Payer nearItsEnd, ulong blocks)
    {
        await run.Target.Chain.AdvanceAsync(run.Target.Key, blocks);
        ulong head = await run.Target.Chain.HeadAsync();
        await Task.WhenAll(run.Everywhere.Select(gateway => TestKit.Processes.Eventually.TrueAsync(
            "the gateway knows the newest block",
            async () => (await nearItsEnd.ShowAsync(gateway, nearItsEnd.Next)).Message.Contains(
                $"current block: {head},", StringComparison.Ordinal),
            s_untilKnown)));
    }
}
