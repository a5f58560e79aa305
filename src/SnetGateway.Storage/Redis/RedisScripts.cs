namespace SnetGateway.Storage.Redis;

/// <summary>The script that runs inside Redis, atomically. Redis syncs its log to disk before it responds.</summary>
internal static class RedisScripts
{
    /// <summary>The layout version of keys and values that this gateway writes (rule 16).</summary>
    public const string Format = "1";

    /// <summary>First number of the response: negative when the write was refused, 0 for a conflict, otherwise the new revision.</summary>
    public const long FormatRefused = -1;
    public const long OtherLedger = -2;

    /// <summary>
    /// Compares and writes. KEYS: format, ledger, revision, changes, probe, then the records. ARGV: our format, the ledger's id, the newest
    /// revision that this process has read, the channel that announces commits; then for each record its expected revision (8 bytes, empty
    /// for none), its member in the set of changes, its value. Everything is checked before the first write. That write may still be
    /// refused (memory full, -3); after it nothing can fail.
    /// </summary>
    private const string Commit = """
        local allowed = redis.call('GET', KEYS[1])
        if not allowed or not string.find(',' .. allowed .. ',', ',' .. ARGV[1] .. ',', 1, true) then return {-1, allowed or ''} end
        local newest = tonumber(redis.call('GET', KEYS[3]) or '0')
        if redis.call('GET', KEYS[2]) ~= ARGV[2] or newest < tonumber(ARGV[3]) then return {-2, tostring(newest)} end
        local records = #KEYS - 5
        if records == 0 then
            local probed = redis.pcall('INCR', KEYS[5])
            if type(probed) == 'table' then return {-3, probed.err} end
            return {1, ''}
        end
        for i = 1, records do
            if redis.call('GETRANGE', KEYS[5 + i], 0, 7) ~= ARGV[2 + 3 * i] then return {0, ''} end
        end
        local revision = redis.pcall('INCR', KEYS[3])
        if type(revision) == 'table' then return {-3, revision.err} end
        local head = struct.pack('>I8', revision)
        for i = 1, records do
            redis.call('SET', KEYS[5 + i], head .. ARGV[4 + 3 * i])
            redis.call('ZADD', KEYS[4], revision, ARGV[3 + 3 * i])
        end
        redis.call('PUBLISH', ARGV[4], revision)
        return {revision, ''}
        """;

    /// <summary>
    /// The script of one process. Redis forgets scripts when it restarts, and no other process loads this one: a server that knows it is
    /// the server whose settings this process has checked.
    /// </summary>
    public static string CommitOf(Guid process) => $"-- {process:N}\n{Commit}";
}
