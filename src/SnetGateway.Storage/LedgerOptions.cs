using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Storage;

/// <summary>Where the ledger is kept, and how long a write may take.</summary>
public sealed class LedgerOptions
{
    public const string Section = "SnetGateway:Ledger";

    /// <summary>
    /// "sqlite" (default): one file of this gateway's own, each payment synced to disk before its answer goes out. "etcd": shared
    /// by all gateways of a group, each payment on the disks of a quorum before its answer goes out. "redis": shared too, each payment
    /// synced by the one primary. "memory": nothing outlives the process, and signed payments are lost with it; for trying out only.
    /// </summary>
    [AllowedValues("sqlite", "etcd", "redis", "memory")]
    public string Store { get; set; } = "sqlite";

    /// <summary>The SQLite file. Default data/ledger.db. Its folder is made when missing; two more files and a lock file stand beside it.</summary>
    [Required]
    [MinLength(1)]
    public string Path { get; set; } = "data/ledger.db";

    /// <summary>How long one write may take, 100 ms to 1 minute, before it counts as unknown. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan CommitTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Writes that may wait for the disk at a time, 1 to 1,000,000. Default 16,384. Calls beyond it fail with nothing written.</summary>
    [Range(1, 1_000_000)]
    public int MaxQueued { get; set; } = 16_384;

    /// <summary>The server, with the store "redis".</summary>
    public RedisOptions Redis { get; set; } = new();

    /// <summary>The local history of a gateway whose store is shared.</summary>
    public JournalOptions Journal { get; set; } = new();

    /// <summary>The cluster, for the store etcd.</summary>
    public EtcdOptions Etcd { get; set; } = new();
}
