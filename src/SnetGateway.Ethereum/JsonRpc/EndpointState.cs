using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.JsonRpc;

/// <summary>
/// Whether one endpoint may be used. Its chain id and the contract's code are checked before its first use and each time it comes back: a
/// URL can be moved to another network, and signatures contain no chain id (rule 13).
/// </summary>
internal sealed class EndpointState(
    JsonRpcEndpoint endpoint, long chainId, Address escrow, TimeProvider time, Jitter jitter, ILogger logger) : IDisposable
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_misconfiguredPause = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _checking = new(1);
    private bool _isChecked;
    private int _failures;
    private long _setAsideAt;
    private TimeSpan _pause;
    private string? _fault;

    public JsonRpcEndpoint Endpoint => endpoint;

    public EndpointStatus Status
    {
        get
        {
            lock (_lock)
            {
                return new EndpointStatus(endpoint.Name, _isChecked && !IsSetAside, _fault);
            }
        }
    }

    // By the monotonic clock: a clock that is set back must not keep an endpoint out.
    private bool IsSetAside => _pause > TimeSpan.Zero && time.GetElapsedTime(_setAsideAt) < _pause;

    public bool IsAvailable
    {
        get
        {
            lock (_lock)
            {
                return !IsSetAside;
            }
        }
    }

    /// <summary>Checks chain id and code, unless that was done since the endpoint last failed.</summary>
    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _isChecked))
        {
            return;
        }

        await _checking.WaitAsync(cancellationToken);
        try
        {
            if (Volatile.Read(ref _isChecked))
            {
                return;
            }

            // A caller that waited here while the check failed must not repeat it, with a full timeout each.
            if (!IsAvailable)
            {
                throw new EndpointException(EndpointFault.SetAside, "it has just been set aside");
            }

            ulong actual = await endpoint.ChainIdAsync(cancellationToken);
            if (actual != (ulong)chainId)
            {
                throw new EndpointException(EndpointFault.WrongChain, $"it serves chain {actual}, not {chainId}");
            }

            if (!await endpoint.HasCodeAsync(escrow, cancellationToken))
            {
                throw new EndpointException(EndpointFault.NoContract, $"it has no contract at {escrow}");
            }

            Volatile.Write(ref _isChecked, true);
            ChainLog.EndpointInUse(logger, endpoint.Name, chainId);
        }
        finally
        {
            _checking.Release();
        }
    }

    public void NoteSuccess()
    {
        lock (_lock)
        {
            _failures = 0;
            _fault = null;
        }
    }

    /// <summary>
    /// Sets the endpoint aside, longer after each failure. Concurrent calls that fail together count once. A failure like
    /// the one before is not logged again: an endpoint may be down for hours.
    /// </summary>
    public void SetAside(Exception exception)
    {
        bool misconfigured = exception is EndpointException { Fault: EndpointFault.WrongChain or EndpointFault.NoContract };
        TimeSpan pause;
        bool isNew;
        lock (_lock)
        {
            if (IsSetAside)
            {
                return;
            }

            _failures++;
            pause = misconfigured ? jitter.Around(s_misconfiguredPause) : jitter.BackOff(s_firstPause, s_longestPause, _failures);
            _setAsideAt = time.GetTimestamp();
            _pause = pause;
            isNew = _fault != exception.Message;
            _fault = exception.Message;
            Volatile.Write(ref _isChecked, false);
        }

        if (misconfigured)
        {
            ChainLog.EndpointMisconfigured(logger, endpoint.Name, exception.Message);
        }
        else if (isNew)
        {
            ChainLog.EndpointSetAside(logger, endpoint.Name, pause.TotalSeconds, exception.Message);
        }
    }

    public void Dispose() => _checking.Dispose();
}
