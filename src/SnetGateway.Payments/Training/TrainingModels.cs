using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Training;

/// <summary>
/// The models of all services: one record each, all of them also in memory, for lists. Lists need no index, which could disagree with them:
/// a user who was removed, and a deleted public model, are gone from every list with the one write (daemon's fault T-38). On a shared store
/// a single model is read from the store, so that what another replica wrote counts immediately; lists follow within the change feed's
/// delay.
/// </summary>
public sealed class TrainingModels(IRecordStore store)
{
    /// <summary>Attempts to change a model while other requests change it.</summary>
    private const int MaxAttempts = 8;

    private readonly ConcurrentDictionary<RecordKey, TrainingModel> _models = new();

    /// <summary>Without the lock and the copy of <see cref="ConcurrentDictionary{TKey, TValue}.Values"/>.</summary>
    private IEnumerable<TrainingModel> Values => _models.Select(pair => pair.Value);

    /// <summary>Identifies a service by its ids in the Registry.</summary>
    public static Bytes32 ScopeOf(string organizationId, string serviceId, string groupId) =>
        new(SHA256.HashData(FreeCallOffer.QuotaIdsOf(organizationId, serviceId, groupId)));

    /// <summary>The models of a service that were not deleted, in no order.</summary>
    public IEnumerable<TrainingModel> Of(Bytes32 scope) => Values.Where(model => model.Scope == scope && !model.IsDeleted);

    /// <summary>Records of a service, those of deleted models too.</summary>
    public int CountRecords(Bytes32 scope) => Values.Count(model => model.Scope == scope);

    /// <summary>
    /// The model, deleted ones too; null when the service has none of this id. Throws <see cref="StoreUnavailableException"/>.
    /// </summary>
    public async ValueTask<TrainingModel?> FindAsync(Bytes32 scope, string id, CancellationToken cancellationToken)
    {
        RecordKey key = KeyOf(scope, id);
        if (store.IsShared && await store.ReadAsync(key, cancellationToken) is { } stored)
        {
            Adopt(stored);
        }

        return _models.GetValueOrDefault(key);
    }

    /// <summary>The model from memory, which another replica may have changed just now; null for none.</summary>
    public TrainingModel? FindInMemory(Bytes32 scope, string id) => _models.GetValueOrDefault(KeyOf(scope, id));

    /// <summary>
    /// Writes a new model. False when there is one of its id, deleted or not: an id is never given again. Throws
    /// <see cref="StoreUnavailableException"/>.
    /// </summary>
    public async ValueTask<bool> AddAsync(TrainingModel model, CancellationToken cancellationToken) =>
        await WriteAsync(model with { Revision = 0 }, cancellationToken) is not null;

    /// <summary>
    /// Changes a model, on the condition that it is still the one that <paramref name="change"/> got; otherwise again with the newer one.
    /// Null when there is no such model, or when <paramref name="change"/> returns null. Throws <see cref="StoreUnavailableException"/>.
    /// </summary>
    public async ValueTask<TrainingModel?> ChangeAsync(
        Bytes32 scope, string id, Func<TrainingModel, TrainingModel?> change, CancellationToken cancellationToken)
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (await FindAsync(scope, id, cancellationToken) is not { } model || change(model) is not { } changed)
            {
                return null;
            }

            if (await WriteAsync(changed with { Revision = model.Revision }, cancellationToken) is { } written)
            {
                return written;
            }
        }

        throw new StoreUnavailableException("a model is changed by too many requests at the same time");
    }

    internal static RecordKey KeyOf(Bytes32 scope, string id) =>
        new(RecordKind.TrainedModel, SHA256.HashData([.. scope.ToBytes(), .. Encoding.UTF8.GetBytes(id)]));

    /// <summary>Takes in a record; an older revision than the known one is ignored.</summary>
    internal void Adopt(StoredRecord stored)
    {
        TrainingModel read = TrainingModelCodec.Read(stored);
        _models.AddOrUpdate(stored.Key, read, (_, known) => read.Revision > known.Revision ? read : known);
    }

    /// <summary>The model with its new revision; null when its record was not the expected one.</summary>
    private async ValueTask<TrainingModel?> WriteAsync(TrainingModel model, CancellationToken cancellationToken)
    {
        byte[] value = TrainingModelCodec.Write(model);
        CommitResult result = await store.CommitAsync(new[] { new RecordWrite(model.Key, model.Revision, value) }, cancellationToken);
        switch (result.Outcome)
        {
            case CommitOutcome.Committed:
                Adopt(new StoredRecord(model.Key, result.Revision, value));
                return model with { Revision = result.Revision };
            case CommitOutcome.Conflict:
                // Not shared: this process wrote it, and knows it.
                return null;
            case CommitOutcome.NotWritten:
                throw new StoreUnavailableException("the ledger takes no writes now");
            default:
                return await ResolveAsync(model, value, cancellationToken);
        }
    }

    /// <summary>After an unknown outcome: reads whether the record was written.</summary>
    private async ValueTask<TrainingModel?> ResolveAsync(TrainingModel model, byte[] value, CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(model.Key, cancellationToken) is { } stored && stored.Revision > model.Revision)
        {
            Adopt(stored);
            return stored.Value.Span.SequenceEqual(value) ? model with { Revision = stored.Revision } : null;
        }

        throw new StoreUnavailableException("it is not known whether a model was written");
    }
}
