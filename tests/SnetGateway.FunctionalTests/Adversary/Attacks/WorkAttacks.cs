using System.IO.Compression;
using Google.Protobuf;
using SnetGateway.EchoService.Protocol;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Control;

namespace SnetGateway.FunctionalTests.Adversary.Attacks;

/// <summary>Attempts to have work done, or memory taken, for less than its price.</summary>
internal static class WorkAttacks
{
    private const int AbandonedCallsPerMinute = 10; // the gateway's default
    private const int BombBytes = 32 << 20;
    private const long MostGrowthBytes = 512L << 20;
    private static readonly byte[] s_slow = new EchoRequest { Text = "x", FirstDelayMs = 60_000 }.ToByteArray();

    /// <summary>
    /// Calls that are given up once the service works on them. Each costs a call of ten a minute, and then pauses that double.
    /// </summary>
    public static async Task CallResetAgainAsync(AttackRun run)
    {
        Payer payer = await run.OpenAsync();
        Payer honest = await run.OpenAsync(sender: run.NewAccount());
        TimeProvider time = TimeProvider.System;
        long start = time.GetTimestamp();
        ulong before = (await run.Counter.ReadAsync()).Begun;
        foreach (int gateway in run.Everywhere)
        {
            for (int i = 0; i < run.Times(100, 12); i++)
            {
                ulong begun = (await run.Counter.ReadAsync()).Begun;
                RawCall call = await run.BeginAsync(gateway, payer.Payment(payer.Next), payer.Headers(payer.Next));
                await call.SendAsync(Wire.Frame(s_slow), end: true);
                await run.Counter.UntilAsync(
                    "the service works on it, or it is refused", counts => counts.Begun > begun || call.Reply.IsCompleted);
                await call.ResetAsync();
            }
        }

        ulong executions = (await run.Counter.ReadAsync()).Begun - before;
        double seconds = time.GetElapsedTime(start).TotalSeconds;
        double bound = run.Everywhere.Count
            * (AbandonedCallsPerMinute + 2 + Math.Log2(seconds + 1) + (AbandonedCallsPerMinute * Math.Floor(seconds / 60)));
        run.Counts.Notes.Add($"{executions} executions given up in {seconds:0} s, at most {Math.Floor(bound)} are taken");
        if (executions > bound)
        {
            run.Counts.Problem($"{executions} executions without pay in {seconds:0} s, more than {Math.Floor(bound)}");
        }

        await honest.GoOnAsync();
    }

    /// <summary>Gone with the first byte of the answer: it was paid for before it was sent.</summary>
    public static async Task AnswerTakenAndResetAsync(AttackRun run)
    {
        Payer payer = await run.OpenAsync(value: 100_000);
        for (int i = 0; i < run.Times(1_000, 30); i++)
        {
            int gateway = i % run.Everywhere.Count;
            ulong amount = payer.Next;
            RawCall call = await run.BeginAsync(gateway, payer.Payment(amount), payer.Headers(amount));
            await call.SendAsync(Wire.Frame(run.Target.Message), end: true);
            await Task.WhenAny(call.FirstData, call.Reply).WithTimeout();
            await call.ResetAsync();
            if (!call.FirstData.IsCompleted)
            {
                run.Counts.Problem($"an honest payment of {amount} brought no answer: {await call.Reply}");
                return;
            }

            payer.Signed = amount;
        }

        ulong seen = payer.Signed;
        foreach (int gateway in run.Everywhere)
        {
            if ((await payer.AskAsync(gateway)).Signed < seen)
            {
                run.Counts.Problem($"{seen} cogs were seen, and gateway {gateway} charged {(await payer.AskAsync(gateway)).Signed}");
            }

            run.MustBeRefused(await payer.ShowAsync(gateway, seen), "what was taken and reset, shown again,");
        }

        await payer.GoOnAsync();
    }

    /// <summary>
    /// Small messages that inflate to a thousand times their size, to the service and to what the gateway answers itself.
    /// </summary>
    public static async Task DecompressionBombsAsync(AttackRun run)
    {
        byte[] bomb = Wire.Frame(Compress(BombBytes), compressed: true);
        Payer payer = await run.OpenAsync();
        Payer honest = await run.OpenAsync(sender: run.NewAccount());
        await honest.GoOnAsync();
        long[] before = run.Memory();
        string[] methods =
        [
            run.Target.Method, $"/{ChannelStateService.Name}/GetChannelState", "/grpc.health.v1.Health/Check",
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        ];
        for (int i = 0; i < run.Times(80, 4); i++)
        {
            string method = methods[i % methods.Length];
            RawCall[] calls = await Task.WhenAll(run.Everywhere.Select(async gateway =>
            {
                IEnumerable<(string, string)> headers = method == run.Target.Method
                    ? payer.Headers(payer.Next)
                    : payer.Unpaid(method: method);
                RawHttp2 connection = await run.ConnectAsync(gateway);
                RawCall call = await connection.OpenAsync([.. headers, ("grpc-encoding", "gzip"), ("grpc-accept-encoding", "identity")]);
                run.Counts.Begun(payer.Payment(payer.Next), call);
                foreach (byte[] piece in bomb.Chunk(16_000))
                {
                    await call.SendAsync(piece);
                }

                await call.SendAsync([], end: true);
                return call;
            }));
            foreach (RawCall call in calls)
            {
                run.MustBeRefused(await call.Reply.WithTimeout(), $"a message that inflates to {BombBytes} bytes for {method}");
            }
        }

        run.MustHaveGrownLessThan(MostGrowthBytes, before);
        await honest.GoOnAsync();
    }

    private static byte[] Compress(int zeros)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.SmallestSize))
        {
            gzip.Write(new byte[zeros]);
        }

        return target.ToArray();
    }
}
