using SnetGateway.Gateway.PaidCalls;

namespace SnetGateway.Gateway.Control.Training;

/// <summary>
/// When a paid training call must end: by the client, by its deadline, and by the time of its upload, after which the service's own time
/// begins.
/// </summary>
internal sealed class TrainCallClock : IDisposable
{
    private readonly CallClockPool _clocks;
    private readonly TimeSpan _serviceTimeout;
    private readonly CancellationToken _client;
    private CallClock _clock;

    public TrainCallClock(
        CallClockPool clocks, TimeSpan serviceTimeout, TimeSpan? uploadTimeout, TimeSpan? deadline, CancellationToken client)
    {
        (_clocks, _serviceTimeout, _client) = (clocks, serviceTimeout, client);
        IsUploading = uploadTimeout is not null;
        _clock = clocks.Rent();
        _clock.Start(uploadTimeout ?? serviceTimeout, deadline, client);
    }

    /// <summary>Whether the client still sends its request.</summary>
    public bool IsUploading { get; private set; }

    public CancellationToken Token => _clock.Token;

    public ClockEnd End => _clock.End;

    /// <summary>The client has sent everything: from here on the service's time counts.</summary>
    public void EndUpload()
    {
        if (_clock.End != ClockEnd.None)
        {
            throw new OperationCanceledException(_clock.Token);
        }

        TimeSpan? deadline = _clock.ClientRemaining;
        CallClock upload = _clock;
        _clock = _clocks.Rent();
        _clock.Start(_serviceTimeout, deadline, _client);
        _clocks.Return(upload);
        IsUploading = false;
    }

    /// <summary>The service has responded. False when that is too late.</summary>
    public bool TryRespond() => _clock.TryRespond();

    public void Dispose() => _clocks.Return(_clock);
}
