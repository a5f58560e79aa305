namespace SnetGateway.FunctionalTests.Adversary;

/// <summary>
/// Tries attacks one after the other on one target, and holds what was granted to what the ledger and the contract say afterwards.
/// </summary>
internal static class AttackRunner
{
    public static async Task RunAsync(AttackTarget target, IEnumerable<Attack> attacks, int seed, bool isShort, AttackReport report)
    {
        foreach (Attack attack in attacks)
        {
            // Of its own, so that an attack alone makes the choices that it makes among all.
            await using var run = new AttackRun(target, new Random(HashCode(seed, attack.Name)), isShort);
            long start = TimeProvider.System.GetTimestamp();
            ulong? before = await ExecutionsAsync(run);
            try
            {
                await attack.RunAsync(run);
                await CheckAsync(run);
            }
            catch (Exception exception)
            {
                // Whatever it is, this attack was not seen to be refused, and the next one can still be tried.
                run.Counts.Problem($"broke off: {exception.Message}");
            }

            run.Counts.Close();
            run.Counts.Executions = await ExecutionsAsync(run) - before;
            report.Add(attack.Name, run.Counts, TimeProvider.System.GetElapsedTime(start));
        }
    }

    /// <summary>Whatever was granted is charged, and the contract pays it.</summary>
    private static async Task CheckAsync(AttackRun run)
    {
        foreach (Payer payer in run.Payers.Where(payer => payer.IsClaimable))
        {
            (ulong nonce, ulong signed, byte[] signature) = await payer.AskAsync(0);
            ulong granted = run.Counts.HighestGranted(payer.Channel.Value, nonce);
            if (granted > signed)
            {
                run.Counts.Problem($"channel {payer.Channel} was granted {granted} cogs at nonce {nonce} and charged {signed}");
            }

            if (run.Target.RecipientKey is { } recipient && signed > 0)
            {
                await run.Target.Chain.ClaimAsync(recipient, payer.Channel, signed, signature);
            }
        }
    }

    private static async Task<ulong?> ExecutionsAsync(AttackRun run) =>
        run.Target.Service is null ? null : (await run.Counter.ReadAsync()).Begun;

    /// <summary>The same in every process, as the framework's own is not.</summary>
    private static int HashCode(int seed, string name) => name.Aggregate(seed, (hash, letter) => unchecked((hash * 31) + letter));
}
