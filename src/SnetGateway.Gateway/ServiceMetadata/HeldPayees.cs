namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>The payment addresses that wait for the operator now, for alerts.</summary>
internal sealed class HeldPayees
{
    private IReadOnlyList<HeldPayee> _current = [];

    public IReadOnlyList<HeldPayee> Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }
}
