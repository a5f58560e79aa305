using SnetGateway.Payments.Records;

namespace SnetGateway.Payments.Pauses;

/// <summary>Pauses and resumes services for all replicas of a ledger, by one conditional write of one record.</summary>
public sealed class PauseBook(IRecordStore store, PauseSwitch state, TimeProvider time)
{
    /// <summary>Services that can be paused one by one, at most: the record stays below the store's limit of a value.</summary>
    public const int MaxServices = 400;

    /// <summary>Bytes of a service's name, at most.</summary>
    internal const int MaxName = 128;

    internal const int MaxBytes = MaxName + sizeof(ushort) + sizeof(ulong);

    private const int MaxConflicts = 100;

    /// <summary>Pauses a service, or <see cref="PauseSet.All"/> of them. Running calls continue.</summary>
    /// <exception cref="StoreUnavailableException">It could not be written, or perhaps not: the state shows it.</exception>
    public ValueTask<PauseSet> PauseAsync(string service, CancellationToken cancellationToken) => ChangeAsync(
        paused => paused.TryAdd(service, time.GetUtcNow()), cancellationToken);

    /// <summary>Resumes a service, or <see cref="PauseSet.All"/> of them, also those that were paused one by one.</summary>
    /// <exception cref="StoreUnavailableException">It could not be written, or perhaps not: the state shows it.</exception>
    public ValueTask<PauseSet> ResumeAsync(string service, CancellationToken cancellationToken) => ChangeAsync(
        paused =>
        {
            if (service == PauseSet.All)
            {
                paused.Clear();
            }

            paused.Remove(service);
        },
        cancellationToken);

    internal static RecordKey Key { get; } = new(RecordKind.Pause, "services"u8.ToArray());

    private async ValueTask<PauseSet> ChangeAsync(Action<Dictionary<string, DateTimeOffset>> change, CancellationToken cancellationToken)
    {
        for (int conflicts = 0; conflicts < MaxConflicts; conflicts++)
        {
            if (await store.ReadAsync(Key, cancellationToken) is { } stored)
            {
                state.Adopt(stored);
            }

            PauseSet before = state.Current;
            var paused = new Dictionary<string, DateTimeOffset>(before.Since, StringComparer.Ordinal);
            change(paused);
            if (paused.Count > MaxServices)
            {
                throw new StoreUnavailableException($"no more than {MaxServices} services can be paused one by one: pause all");
            }

            byte[] value = PauseSwitch.Write(paused);
            CommitResult result =
                await store.CommitAsync(new[] { new RecordWrite(Key, before.Revision, value) }, CancellationToken.None);
            switch (result.Outcome)
            {
                case CommitOutcome.Committed:
                    state.Adopt(new StoredRecord(Key, result.Revision, value));
                    return state.Current;
                case CommitOutcome.Conflict:
                    continue;
                default:
                    throw new StoreUnavailableException($"what is paused could not be written ({result.Outcome})");
            }
        }

        throw new StoreUnavailableException("what is paused could not be written: other replicas write it at the same time");
    }
}
