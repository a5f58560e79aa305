using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Storage;

/// <summary>The store of the payments, and how long a write may take.</summary>
public sealed class LedgerOptions
{
    public const string Section = "SnetGateway:Ledger";

    /// <summary>
    /// The store: sqlite, etcd, redis or memory. Default sqlite: one file, used by this gateway only; each payment is synced to disk before
    /// its response is sent. etcd: shared by all gateways of a group; each payment is on the disks of a quorum before its response is sent.
    /// redis: shared by all gateways of a group; each payment is synced to the disk of the one primary. memory: lost when the process ends,
    /// and signed payments with it; for trials only. To change it later, see "Changing the store" in docs/stores.md.
    /// </summary>
    [AllowedValues("sqlite", "etcd", "redis", "memory")]
    public string Store { get; set; } = "sqlite";

    /// <summary>
    /// For sqlite: path of the database file. Default data/ledger.db. Its folder is created when it is missing. SQLite's two further files
    /// and a lock file are beside it.
    /// </summary>
    [MinLength(1)]
    public string Path { get; set; } = "data/ledger.db";

    /// <summary>Time after which a write that was not confirmed counts as in doubt, 100 ms to 1 minute. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan CommitTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Writes that may wait for the store. Calls beyond it fail with nothing written. Not a setting: it bounds memory, and 16,384 writes
    /// take longer than <see cref="CommitTimeout"/> on any disk that could not keep up.
    /// </summary>
    internal int MaxQueued { get; set; } = 16_384;

    /// <summary>For redis: the server.</summary>
    public RedisOptions Redis { get; set; } = new();

    /// <summary>For etcd and redis: this gateway's own copy of the payments that it settled.</summary>
    public JournalOptions Journal { get; set; } = new();

    /// <summary>For etcd: the cluster.</summary>
    public EtcdOptions Etcd { get; set; } = new();
}
