using Google.Protobuf;
using SnetGateway.EchoService.Protocol;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.FunctionalTests.Adversary.Attacks;

/// <summary>One payment shown many times at once, to replicas in whatever state they are.</summary>
internal static class VoucherAttacks
{
    private const int Copies = 256;

    // Long enough for the gateway to be hit while the service works.
    private static readonly byte[] s_slow = new EchoRequest { Text = "x", FirstDelayMs = 150 }.ToByteArray();

    public static async Task AtOnceAsync(AttackRun run)
    {
        Payer payer = await run.OpenAsync();
        for (int round = 0; round < run.Times(20, 1); round++)
        {
            ulong amount = payer.Next;
            await payer.StormAsync(amount, Copies);
            run.MustBeGranted(payer.Payment(amount));
            await payer.GoOnAsync();
        }
    }

    public static async Task WhileAReplicaIsKilledAsync(AttackRun run)
    {
        for (int round = 0; round < run.Times(9, 1); round++)
        {
            GatewayProcess victim = run.Group.Gateways[run.Random.Next(run.Group.Gateways.Count)];
            Payer payer = await run.OpenAsync();
            await StormAsync(run, payer, async () =>
            {
                await victim.KillAsync();
                await victim.StartAgainAsync();
                await victim.WaitUntilReadyAsync();
            });
            await payer.GoOnAsync();
        }
    }

    public static async Task WhileAMemberOfTheStoreIsKilledAsync(AttackRun run)
    {
        for (int round = 0; round < run.Times(6, 1); round++)
        {
            int member = run.Random.Next(3);
            Payer payer = await run.OpenAsync();
            await StormAsync(run, payer, async () =>
            {
                await run.Group.KillStoreMemberAsync(member);
                await run.Group.RepairStoreAsync(member);
            });
            await payer.GoOnAsync();
        }
    }

    public static async Task WhileAReplicaIsStoppedBetweenJudgingAndSettlingAsync(AttackRun run)
    {
        for (int round = 0; round < run.Times(9, 1); round++)
        {
            int sleeper = run.Random.Next(run.Everywhere.Count);
            ChildProcess process = run.Group.Gateways[sleeper].Process;
            Payer payer = await run.OpenAsync();
            ulong amount = payer.Next;
            CallCounts before = await run.Counter.ReadAsync();
            Task<RawReply[]> early = payer.StormAsync(amount, 8, [sleeper], s_slow);
            await run.Counter.UntilAsync("the call is judged and has reached the service", counts => counts.Begun > before.Begun);
            process.Send(UnixSignal.Stop);
            try
            {
                await run.Counter.UntilAsync(
                    "the answer waits at the gateway that is stopped", counts => counts.Succeeded > before.Succeeded);
                await payer.StormAsync(amount, Copies, [.. run.Everywhere.Where(gateway => gateway != sleeper)]);
                run.MustBeGranted(payer.Payment(amount));
            }
            finally
            {
                process.Send(UnixSignal.Continue);
            }

            await early;
            await payer.GoOnAsync();
        }
    }

    public static async Task WhileTheStoresAnswersAreLostAsync(AttackRun run)
    {
        for (int round = 0; round < run.Times(3, 1); round++)
        {
            Payer payer = await run.OpenAsync();
            await payer.PayAsync(run.Group.CutOff);
            run.Group.SwallowAnswers();
            await payer.StormAsync(payer.Next, Copies);
            await run.Group.MendStoreAsync();
            await payer.GoOnAsync();
        }
    }

    public static async Task WhileAReplicaIsCutOffFromTheStoreAsync(AttackRun run)
    {
        for (int round = 0; round < run.Times(3, 1); round++)
        {
            Payer payer = await run.OpenAsync();
            await payer.PayAsync(run.Group.CutOff);
            await StormAsync(run, payer, () =>
            {
                run.Group.CutStore();
                return Task.CompletedTask;
            });
            await run.Group.MendStoreAsync();
            await payer.GoOnAsync();
        }
    }

    /// <summary>The trouble comes while the service works on the payment.</summary>
    private static async Task StormAsync(AttackRun run, Payer payer, Func<Task> troubleAsync)
    {
        CallCounts before = await run.Counter.ReadAsync();
        Task<RawReply[]> storm = payer.StormAsync(payer.Next, Copies, message: s_slow);
        await run.Counter.UntilAsync("the service works on it", counts => counts.Begun > before.Begun);
        await troubleAsync();
        await storm;
    }
}
