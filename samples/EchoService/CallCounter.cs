using SnetGateway.EchoService.Protocol;

namespace SnetGateway.EchoService;

/// <summary>How many calls of the Echo service began, and how they ended.</summary>
internal sealed class CallCounter
{
    private ulong begun;
    private ulong succeeded;
    private ulong failed;
    private ulong cancelled;

    public void Begun() => Interlocked.Increment(ref begun);

    public void Succeeded() => Interlocked.Increment(ref succeeded);

    public void Failed() => Interlocked.Increment(ref failed);

    public void Cancelled() => Interlocked.Increment(ref cancelled);

    public CallCounts Read() => new()
    {
        Begun = Interlocked.Read(ref begun),
        Succeeded = Interlocked.Read(ref succeeded),
        Failed = Interlocked.Read(ref failed),
        Cancelled = Interlocked.Read(ref cancelled),
    };
}
