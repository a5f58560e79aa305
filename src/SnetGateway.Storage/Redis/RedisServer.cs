using System.Net.Security;
using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Records;
using StackExchange.Redis;

namespace SnetGateway.Storage.Redis;

/// <summary>
/// The connection to one Redis server, and whether it is trusted. A server is used only after its settings were checked, and they are
/// checked again after it restarted. The commit script enforces this: a server that was not checked does not know it, so nothing can be
/// written there.
/// </summary>
internal sealed class RedisServer : IDisposable
{
    /// <summary>How often the settings are checked while the server works, because they can be changed at run time.</summary>
    private static readonly TimeSpan s_checkPeriod = TimeSpan.FromSeconds(5);

    private readonly RedisOptions _options;
    private readonly RedisKeys _keys;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TimeSpan _limit;
    private readonly string _script = RedisScripts.CommitOf(Guid.NewGuid());
    private readonly SharedRun<byte[]> _checks;
    private readonly ConnectionMultiplexer _redis;
    private volatile byte[]? _hash;
    private volatile string? _otherLedger;
    private string _runId = "";
    private long _newestRevision;
    private long _checkedAt;

    /// <summary>Connects. Throws <see cref="StoreUnavailableException"/>.</summary>
    public RedisServer(RedisOptions options, RedisKeys keys, TimeSpan limit, ILogger logger, TimeProvider time)
    {
        (_options, _keys, _limit, _logger, _time) = (options, keys, limit, logger, time);
        _checks = new SharedRun<byte[]>(CheckAsync, limit, time);
        try
        {
            _redis = ConnectionMultiplexer.Connect(Configure(options, limit));
        }
        catch (Exception exception) when (exception is RedisException or IOException or UnauthorizedAccessException or TimeoutException)
        {
            throw new StoreUnavailableException($"Redis at {options.Endpoint} cannot be reached: {exception.Message}", exception);
        }

        Database = _redis.GetDatabase(options.Database);
    }

    public IDatabase Database { get; }

    public ISubscriber Subscriber => _redis.GetSubscriber();

    public bool IsConnected => _redis.IsConnected;

    /// <summary>Id of the ledger that is served.</summary>
    public byte[] LedgerId { get; private set; } = [];

    /// <summary>The newest revision that this process has read. A server with a lower one holds another or an older ledger.</summary>
    public long NewestRevision => Interlocked.Read(ref _newestRevision);

    public void NoteRevision(long revision)
    {
        long known = NewestRevision;
        while (revision > known)
        {
            long before = Interlocked.CompareExchange(ref _newestRevision, revision, known);
            if (before == known)
            {
                return;
            }

            known = before;
        }
    }

    /// <summary>
    /// The commit script's hash on a checked server. Throws <see cref="StoreUnavailableException"/> when the server may not be used, and
    /// the exceptions of the Redis client.
    /// </summary>
    /// <param name="timeout">How long to wait for a check. All callers that need one share it.</param>
    public async ValueTask<byte[]> TrustedAsync(TimeSpan timeout)
    {
        if (_otherLedger is { } reason)
        {
            throw new StoreUnavailableException(reason);
        }

        if (_hash is { } hash)
        {
            return hash;
        }

        // Without a connection a check cannot succeed, so the caller need not wait.
        return IsConnected ? await _checks.JoinAsync(timeout) : throw new StoreUnavailableException("Redis is not connected");
    }

    /// <summary>Call when the server does not know the script: it restarted, or it is another server.</summary>
    public void Distrust(byte[] hash)
    {
        if (ReferenceEquals(_hash, hash))
        {
            _hash = null;
        }
    }

    /// <summary>Has the settings checked before the next write when the last check is more than five seconds old.</summary>
    public void RecheckIfDue()
    {
        if (_time.GetElapsedTime(Interlocked.Read(ref _checkedAt)) >= s_checkPeriod)
        {
            _hash = null;
        }
    }

    /// <summary>What is known of the ledger. Take it before a read: other gateways may write while the read runs.</summary>
    public (byte[] LedgerId, long NewestRevision) Known => (LedgerId, NewestRevision);

    /// <summary>
    /// Throws <see cref="StoreUnavailableException"/> when a read returned another ledger's id or an older revision than was known before.
    /// </summary>
    public void Check((byte[] LedgerId, long NewestRevision) known, RedisValue ledgerId, RedisValue revision)
    {
        if (known.LedgerId.Length == 0)
        {
            return; // the first read, or opened read-only
        }

        byte[] id = (byte[]?)ledgerId ?? [];
        long number = revision.IsNull ? 0 : (long)revision;
        if (!known.LedgerId.AsSpan().SequenceEqual(id) || number < known.NewestRevision)
        {
            throw OtherLedger($"it is at revision {number}, and this gateway has read revision {known.NewestRevision}");
        }
    }

    /// <summary>
    /// Permanent until the restart: a ledger that lost payments must not be used on. The operator has to investigate first.
    /// </summary>
    public StoreUnavailableException OtherLedger(string detail)
    {
        string reason = $"Redis at {_options.Endpoint} holds another or an older ledger ({detail}): claim the signed payments, then "
            + $"restart this gateway";
        if (_otherLedger is null)
        {
            _otherLedger = reason;
            _logger.RedisLedgerReplaced(_options.Endpoint, detail);
        }

        return new StoreUnavailableException(reason);
    }

    public void Dispose()
    {
        _checks.Dispose();
        _redis.Close(allowCommandsToComplete: false); // otherwise it waits for a server that does not respond
        _redis.Dispose();
    }

    private static ConfigurationOptions Configure(RedisOptions options, TimeSpan limit)
    {
        int limitMilliseconds = (int)limit.TotalMilliseconds;
        var configuration = new ConfigurationOptions
        {
            AbortOnConnectFail = true,
            AllowAdmin = true, // the client counts INFO and CONFIG GET as administration

            // By default a command waits for a connection and is sent later: a write could then happen long after its time limit.
            BacklogPolicy = BacklogPolicy.FailFast,
            ClientName = "snet-gateway",
            SetClientLibrary = false, // one command less to permit to the gateway's user
            ConfigurationChannel = "", // other clients must not choose the primary
            TieBreaker = "",
            ConnectRetry = 1,
            ConnectTimeout = limitMilliseconds,
            SyncTimeout = limitMilliseconds,
            KeepAlive = 5,
            ReconnectRetryPolicy = new LinearRetry(250),
            DefaultDatabase = options.Database,
            Ssl = options.Tls,
            User = options.User is { Length: > 0 } user ? user : null,
            Password = options.PasswordPath is { Length: > 0 } file ? File.ReadLines(file).FirstOrDefault() : null,
        };
        configuration.EndPoints.Add(options.Endpoint);
        if (options.Tls)
        {
            var certificates = new ClientCertificates("Redis", options.CaPath, options.CertificatePath, options.KeyPath);
            configuration.SslClientAuthenticationOptions = host => new SslClientAuthenticationOptions
            {
                TargetHost = host,
                CertificateChainPolicy = certificates.Trust?.Clone(),
                LocalCertificateSelectionCallback = certificates.Select,
            };

            // Without a callback the client also trusts an authority that the environment variable SERedis_IssuerCertPath names.
            configuration.CertificateValidation += static (_, _, _, errors) => errors == SslPolicyErrors.None;
        }

        return configuration;
    }

    /// <summary>Runs once at a time. A cancelled check changes nothing.</summary>
    private async Task<byte[]> CheckAsync(CancellationToken cancellationToken)
    {
        if (_hash is { } checkedMeanwhile)
        {
            return checkedMeanwhile;
        }

        // Loaded first: a restart from here on makes the script unknown again.
        string hash = (string?)await Database.ExecuteAsync("SCRIPT", "LOAD", _script).WaitAsync(cancellationToken)
            ?? throw new StoreUnavailableException($"Redis at {_options.Endpoint} did not load the commit script");
        RedisSettings settings = await RedisSettings.ReadAsync(Database, cancellationToken);
        if (settings.Faults.Count > 0)
        {
            string faults = string.Join("; ", settings.Faults);
            if (!_options.AllowUnsafe)
            {
                throw new StoreUnavailableException(
                    $"Redis at {_options.Endpoint} may lose payments that it has acknowledged: {faults}. "
                    + $"SnetGateway:Ledger:Redis:AllowUnsafe overrides this");
            }

            if (settings.RunId != _runId)
            {
                _logger.RedisUnsafe(_options.Endpoint, faults);
            }
        }

        await IdentifyAsync(cancellationToken);
        if (_runId != settings.RunId)
        {
            if (_runId.Length > 0)
            {
                _logger.RedisRestarted(_options.Endpoint, NewestRevision);
            }

            _runId = settings.RunId;
        }

        Interlocked.Exchange(ref _checkedAt, _time.GetTimestamp());
        return _hash = Convert.FromHexString(hash);
    }

    /// <summary>Reads the ledger's id, format and revision. Creates the ledger when there is none and none was read before.</summary>
    private async Task IdentifyAsync(CancellationToken cancellationToken)
    {
        (byte[] LedgerId, long NewestRevision) known = Known;
        if (known.LedgerId.Length == 0)
        {
            await Database.StringSetAsync(_keys.Ledger, Guid.NewGuid().ToByteArray(), when: When.NotExists).WaitAsync(cancellationToken);
            await Database.StringSetAsync(_keys.Format, RedisScripts.Format, when: When.NotExists).WaitAsync(cancellationToken);
        }

        RedisValue[] own = await Database.StringGetAsync([_keys.Ledger, _keys.Format, _keys.Revision]).WaitAsync(cancellationToken);
        string formats = (string?)own[1] ?? "";
        if (!formats.Split(',').Contains(RedisScripts.Format))
        {
            throw new LedgerFormatException(
                $"The ledger at {_options.Endpoint} may be written by versions with format {formats}, and this version writes format "
                + $"{RedisScripts.Format}");
        }

        if (known.LedgerId.Length == 0)
        {
            LedgerId = (byte[]?)own[0] ?? [];
        }

        Check(known, own[0], own[2]);
        NoteRevision(own[2].IsNull ? 0 : (long)own[2]);
    }
}
