using System.Net.Security;
using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Records;
using StackExchange.Redis;

namespace SnetGateway.Storage.Redis;

/// <summary>
/// The connection to one Redis, and whether it is trusted: a server is used after its settings were checked, and again after it restarted. The
/// script that commits is the fence: a server that was not checked does not know it, so nothing can be written there.
/// </summary>
internal sealed class RedisServer : IDisposable
{
    /// <summary>How often the settings are looked at while everything is well: somebody may change them on the running server.</summary>
    private static readonly TimeSpan CheckPeriod = TimeSpan.FromSeconds(5);

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
    private long _seen;
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

    /// <summary>The newest revision that this process has seen: a server that has less is another or an older ledger.</summary>
    public long Seen => Interlocked.Read(ref _seen);

    public void Saw(long revision)
    {
        long known = Seen;
        while (revision > known)
        {
            long before = Interlocked.CompareExchange(ref _seen, revision, known);
            if (before == known)
            {
                return;
            }

            known = before;
        }
    }

    /// <summary>
    /// The script's hash on a server that was checked. Throws <see cref="StoreUnavailableException"/> when it is not fit, and as the client does.
    /// </summary>
    /// <param name="patience">How long a check may be waited for. All who need one wait for the same.</param>
    public async ValueTask<byte[]> TrustedAsync(TimeSpan patience)
    {
        if (_otherLedger is { } reason)
        {
            throw new StoreUnavailableException(reason);
        }

        if (_hash is { } hash)
        {
            return hash;
        }

        // Without a connection there is nothing to ask, and nobody to wait for.
        return IsConnected ? await _checks.JoinAsync(patience) : throw new StoreUnavailableException("there is no connection");
    }

    /// <summary>The server does not know the script: it restarted, or is another one.</summary>
    public void Distrust(byte[] hash)
    {
        if (ReferenceEquals(_hash, hash))
        {
            _hash = null;
        }
    }

    /// <summary>Has the settings looked at before the next write when the last look is some seconds old.</summary>
    public void ReadAgain()
    {
        if (_time.GetElapsedTime(Interlocked.Read(ref _checkedAt)) >= CheckPeriod)
        {
            _hash = null;
        }
    }

    /// <summary>What is known of the ledger before something is asked: others move on while it is answered.</summary>
    public (byte[] LedgerId, long Seen) Known => (LedgerId, Seen);

    /// <summary>Throws <see cref="StoreUnavailableException"/> when what was read is not of the ledger that was known before.</summary>
    public void Check((byte[] LedgerId, long Seen) known, RedisValue ledgerId, RedisValue revision)
    {
        if (known.LedgerId.Length == 0)
        {
            return; // nothing was known yet, or opened to read only
        }

        byte[] id = (byte[]?)ledgerId ?? [];
        long number = revision.IsNull ? 0 : (long)revision;
        if (!known.LedgerId.AsSpan().SequenceEqual(id) || number < known.Seen)
        {
            throw OtherLedger($"it is at revision {number}, and {known.Seen} was seen");
        }
    }

    /// <summary>For good: a ledger that lost payments must not go on as if it had not. Somebody has to look, and to restart the gateway.</summary>
    public StoreUnavailableException OtherLedger(string detail)
    {
        string reason = $"Another or an older ledger stands at {_options.Endpoint} ({detail}): claim what is signed, then restart this gateway";
        if (_otherLedger is null)
        {
            _otherLedger = reason;
            _logger.RedisOtherLedger(_options.Endpoint, detail);
        }

        return new StoreUnavailableException(reason);
    }

    public void Dispose()
    {
        _checks.Dispose();
        _redis.Close(allowCommandsToComplete: false); // without it, a server that does not respond is waited for
        _redis.Dispose();
    }

    private static ConfigurationOptions Configure(RedisOptions options, TimeSpan limit)
    {
        int limitMilliseconds = (int)limit.TotalMilliseconds;
        var configuration = new ConfigurationOptions
        {
            AbortOnConnectFail = true,
            AllowAdmin = true, // the client counts INFO and CONFIG GET as administration

            // By default a command waits for a connection and is sent when there is one: a write could then happen long after its time is over.
            BacklogPolicy = BacklogPolicy.FailFast,
            ClientName = "snet-gateway",
            SetClientLibrary = false, // one command less that the gateway's user must be allowed
            ConfigurationChannel = "", // no advice of other clients on who is the primary
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

    /// <summary>Runs once at a time. Nothing is remembered of a check that was stopped.</summary>
    private async Task<byte[]> CheckAsync(CancellationToken stop)
    {
        if (_hash is { } checkedMeanwhile)
        {
            return checkedMeanwhile;
        }

        // First, so that a restart from here on makes it unknown again.
        string hash = (string?)await Database.ExecuteAsync("SCRIPT", "LOAD", _script).WaitAsync(stop)
            ?? throw new StoreUnavailableException($"Redis at {_options.Endpoint} did not load the script that commits");
        RedisSettings settings = await RedisSettings.ReadAsync(Database, stop);
        if (settings.Faults.Count > 0)
        {
            string faults = string.Join("; ", settings.Faults);
            if (!_options.AllowUnsafe)
            {
                throw new StoreUnavailableException(
                    $"Redis at {_options.Endpoint} may lose payments that it said are written: {faults}. SnetGateway:Ledger:Redis:AllowUnsafe overrides this");
            }

            if (settings.RunId != _runId)
            {
                _logger.RedisUnsafe(_options.Endpoint, faults);
            }
        }

        await IdentifyAsync(stop);
        if (_runId != settings.RunId)
        {
            if (_runId.Length > 0)
            {
                _logger.RedisRestarted(_options.Endpoint, Seen);
            }

            _runId = settings.RunId;
        }

        Interlocked.Exchange(ref _checkedAt, _time.GetTimestamp());
        return _hash = Convert.FromHexString(hash);
    }

    /// <summary>Which ledger it is; made when there is none and none was seen before.</summary>
    private async Task IdentifyAsync(CancellationToken stop)
    {
        (byte[] LedgerId, long Seen) known = Known;
        if (known.LedgerId.Length == 0)
        {
            await Database.StringSetAsync(_keys.Ledger, Guid.NewGuid().ToByteArray(), when: When.NotExists).WaitAsync(stop);
            await Database.StringSetAsync(_keys.Format, RedisScripts.Format, when: When.NotExists).WaitAsync(stop);
        }

        RedisValue[] own = await Database.StringGetAsync([_keys.Ledger, _keys.Format, _keys.Revision]).WaitAsync(stop);
        string formats = (string?)own[1] ?? "";
        if (!formats.Split(',').Contains(RedisScripts.Format))
        {
            throw new LedgerFormatException(
                $"The ledger at {_options.Endpoint} is written in format {formats}; this version writes format {RedisScripts.Format}");
        }

        if (known.LedgerId.Length == 0)
        {
            LedgerId = (byte[]?)own[0] ?? [];
        }

        Check(known, own[0], own[2]);
        Saw(own[2].IsNull ? 0 : (long)own[2]);
    }
}
