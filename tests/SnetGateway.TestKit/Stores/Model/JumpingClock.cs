namespace SnetGateway.TestKit.Stores.Model;

/// <summary>A machine's clock that is set forth and back by up to a day at any time. What measures durations goes on as it should.</summary>
public sealed class JumpingClock(int seed) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return base.GetUtcNow() + TimeSpan.FromSeconds(_random.Next(-86_400, 86_400));
        }
    }
}
