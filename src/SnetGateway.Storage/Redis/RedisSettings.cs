using StackExchange.Redis;

namespace SnetGateway.Storage.Redis;

/// <summary>
/// Whether a Redis server keeps what it has acknowledged: every write synced, nothing evicted, and no failover to a replica that has less
/// (rule 14).
/// </summary>
internal sealed record RedisSettings(string RunId, IReadOnlyList<string> Faults)
{
    private static readonly (string Name, string Value)[] s_required =
    [
        ("appendonly", "yes"),
        ("appendfsync", "always"),
        ("no-appendfsync-on-rewrite", "no"),
        ("maxmemory-policy", "noeviction"),
    ];

    /// <summary>Queries the server. Throws the exceptions of the Redis client.</summary>
    public static async Task<RedisSettings> ReadAsync(IDatabaseAsync database, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        string server = Text(await database.ExecuteAsync("INFO", "server").WaitAsync(cancellationToken));
        string replication = Text(await database.ExecuteAsync("INFO", "replication").WaitAsync(cancellationToken));
        if (Find(server, "redis_mode") is { } mode and not "standalone")
        {
            faults.Add($"it runs in mode {mode}, and must be a standalone primary without failover");
        }

        if (Find(replication, "role") is var role and not "master")
        {
            faults.Add($"its role is {role}, and must be the primary");
        }

        foreach ((string name, string value) in s_required)
        {
            try
            {
                RedisResult setting = await database.ExecuteAsync("CONFIG", "GET", name).WaitAsync(cancellationToken);
                string? actual = setting.Length == 2 ? (string?)setting[1] : null;
                if (actual != value)
                {
                    faults.Add($"{name} is {actual ?? "unknown"}, and must be {value}");
                }
            }
            catch (RedisServerException exception) when (!RedisReplies.IsTemporaryRefusal(exception))
            {
                faults.Add($"CONFIG is not allowed, so {name} cannot be checked ({exception.Message})");
                break;
            }
        }

        try
        {
            // Each Sentinel listens on this channel of the primaries that it watches.
            RedisResult listeners = await database.ExecuteAsync("PUBSUB", "NUMSUB", "__sentinel__:hello").WaitAsync(cancellationToken);
            if (listeners.Length == 2 && (long)listeners[1] > 0)
            {
                faults.Add("Sentinel watches it, and may fail over to a replica that has less data");
            }
        }
        catch (RedisServerException exception) when (!RedisReplies.IsTemporaryRefusal(exception))
        {
            // The user may not query it: then Sentinel stays undetected.
        }

        return new RedisSettings(Find(server, "run_id") ?? "", faults);
    }

    private static string Text(RedisResult result) => (string?)result ?? "";

    private static string? Find(string info, string name)
    {
        foreach (string line in info.Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] == ':')
            {
                return line[(name.Length + 1)..].TrimEnd('\r');
            }
        }

        return null;
    }
}
