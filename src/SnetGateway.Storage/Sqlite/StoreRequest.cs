namespace SnetGateway.Storage.Sqlite;

/// <summary>A request that waits for the writer.</summary>
internal abstract class StoreRequest
{
    /// <summary>The request queued before this one; after the queue was taken, the one queued after it.</summary>
    public StoreRequest? Next { get; set; }

    /// <summary>
    /// The writer takes it. False when it has already been given up. From here on its caller waits for the writer's result.
    /// </summary>
    public abstract bool TryTake();

    /// <summary>Ends it: nothing was done for it, and nothing will be.</summary>
    public abstract void Refuse(string reason);
}
