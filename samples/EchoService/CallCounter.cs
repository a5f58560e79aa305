using SnetGateway.EchoService.Protocol;

namespace SnetGateway.EchoService;

/// <summary>How many calls of the Echo service began, and how they ended.</summary>
internal sealed class CallCounter
{
    private ulong _begun;
    private ulong _succeeded;
    private ulong _failed;
    private ulong _cancelled;

    public void Begun() => Interlocked.Increment(ref _begun);

    public void Succeeded() => Interlocked.Increment(ref _succeeded);

    public void Failed() => Interlocked.Increment(ref _failed);

    public void Cancelled() => Interlocked.Increment(ref _cancelled);

    public CallCounts Read() => new()
    {
        Begun = Interlocked.Read(ref _begun),
        Succeeded = Interlocked.Read(ref _succeeded),
        Failed = Interlocked.Read(ref _failed),
        Cancelled = Interlocked.Read(ref _cancelled),
    };
}
