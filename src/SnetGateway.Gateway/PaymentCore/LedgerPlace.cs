using SnetGateway.Storage;

namespace SnetGateway.Gateway.PaymentCore;

/// <summary>
/// Where a ledger is, without secrets: enough to tell two ledgers apart, and to open it with the credentials of a configuration.
/// </summary>
/// <param name="Store">The store, as in the configuration.</param>
/// <param name="Addresses">The full path of the file, or the store's endpoints.</param>
/// <param name="KeyPrefix">The prefix of the keys; empty for a file.</param>
/// <param name="Database">Number of the Redis database.</param>
internal sealed record LedgerPlace(string Store, IReadOnlyList<string> Addresses, string KeyPrefix = "", int Database = 0)
{
    public static LedgerPlace Of(LedgerOptions options) => options.Store switch
    {
        "sqlite" => new(options.Store, [Path.GetFullPath(options.Path)]),
        "etcd" => new(options.Store, [.. options.Etcd.Endpoints], options.Etcd.KeyPrefix),
        "redis" => new(options.Store, [options.Redis.Endpoint], options.Redis.KeyPrefix, options.Redis.Database),
        _ => new(options.Store, []),
    };

    /// <summary>Logs what it means that a changed configuration names another ledger.</summary>
    public static void ReportChange(ILogger logger, string file, LedgerOptions current, LedgerOptions next)
    {
        (LedgerPlace before, LedgerPlace after) = (Of(current), Of(next));
        if (!before.IsSameAs(after))
        {
            PaymentEventLog.LedgerChanged(logger, file, after, before);
        }
    }

    /// <summary>Whether both are the same ledger. etcd's members may be added and removed, but one must be in common.</summary>
    public bool IsSameAs(LedgerPlace other) =>
        (Store, KeyPrefix, Database) == (other.Store, other.KeyPrefix, other.Database)
        && (Addresses.Count == 0 || Addresses.Intersect(other.Addresses).Any());

    /// <summary>Makes the options name this ledger. Credentials and certificates stay those of the options.</summary>
    public void WriteTo(LedgerOptions options)
    {
        options.Store = Store;
        switch (Store)
        {
            case "sqlite":
                options.Path = Addresses[0];
                break;
            case "etcd":
                (options.Etcd.Endpoints, options.Etcd.KeyPrefix) = ([.. Addresses], KeyPrefix);
                break;
            case "redis":
                (options.Redis.Endpoint, options.Redis.KeyPrefix, options.Redis.Database) = (Addresses[0], KeyPrefix, Database);
                break;
        }
    }

    public override string ToString()
    {
        string database = Database == 0 ? "" : $", database {Database}";
        string prefix = KeyPrefix.Length == 0 ? "" : $" (prefix {KeyPrefix}{database})";
        return Addresses.Count == 0 ? Store : $"{Store} at {string.Join(", ", Addresses)}{prefix}";
    }
}
