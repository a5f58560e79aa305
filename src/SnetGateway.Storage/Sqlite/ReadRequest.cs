using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Sqlite;

/// <summary>A read of one record. Not pooled: single records are read only after doubts and conflicts.</summary>
internal sealed class ReadRequest(RecordKey key) : StoreRequest
{
    private readonly TaskCompletionSource<StoredRecord?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RecordKey Key { get; } = key;

    public Task<StoredRecord?> Ended => _ended.Task;

    public override bool TryTake() => true;

    public override void Refuse(string reason) => _ended.TrySetException(new StoreUnavailableException(reason));

    public void End(StoredRecord? record) => _ended.TrySetResult(record);
}
