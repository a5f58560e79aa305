namespace SnetGateway.Gateway.Acme;

/// <summary>Where the account's key and the certificates are kept.</summary>
internal interface IAcmeStore
{
    /// <summary>True when other replicas read and write the same.</summary>
    bool IsShared { get; }

    /// <summary>Reads a record; null where there is none.</summary>
    /// <exception cref="AcmeException">It cannot be read.</exception>
    ValueTask<AcmeRecord?> ReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Writes a record, if it is still the one that was read.</summary>
    /// <param name="name">Its name: a host, or `account`.</param>
    /// <param name="value">The new value.</param>
    /// <param name="expectedRevision">The revision that was read; 0 for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The new revision; null when another replica wrote first.</returns>
    /// <exception cref="AcmeException">It cannot be written.</exception>
    ValueTask<long?> WriteAsync(string name, byte[] value, long expectedRevision, CancellationToken cancellationToken);
}

/// <summary>A record as it was read.</summary>
internal sealed record AcmeRecord(byte[] Value, long Revision);
