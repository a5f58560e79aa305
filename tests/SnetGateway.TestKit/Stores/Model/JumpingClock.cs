namespace SnetGateway.TestKit.Stores.Model;

/// <summary>A clock whose time of day is set forward and back by up to a day at any time. Timestamps are not affected.</summary>
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
