using System.Threading.Channels;
using SnetGateway.Gateway.Hooks;

namespace SnetGateway.Tests.Gateway.Hooks;

/// <summary>A hook that keeps what it gets, and fails as the test says.</summary>
internal sealed class ScriptedHook : IHook
{
    private readonly Channel<HookBatch> _batches = Channel.CreateUnbounded<HookBatch>();

    /// <summary>Runs before a delivery succeeds.</summary>
    public Func<CancellationToken, Task> On { get; set; } = _ => Task.CompletedTask;

    public int Attempts { get; private set; }

    public bool IsEmpty => !_batches.Reader.TryPeek(out _);

    public async Task DeliverAsync(HookBatch batch, CancellationToken cancellationToken)
    {
        Attempts++;
        await On(cancellationToken);
        _batches.Writer.TryWrite(batch);
    }

    public Task<HookBatch> NextAsync() => _batches.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
}
