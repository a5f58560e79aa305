namespace SnetGateway.Storage.Sqlite;

/// <summary>Something that waits for the writer.</summary>
internal abstract class StoreRequest
{
    /// <summary>The request queued before this one; after the queue was taken, the one behind it.</summary>
    public StoreRequest? Next { get; set; }

    /// <summary>The writer came to it and nobody gave it up meanwhile. From here on its caller waits for what the writer does.</summary>
    public abstract bool TryTake();

    /// <summary>The store does nothing for it and has done nothing.</summary>
    public abstract void Refuse(string reason);
}
