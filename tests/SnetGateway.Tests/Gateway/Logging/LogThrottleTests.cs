using SnetGateway.Gateway.Logging;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Logging;

public sealed class LogThrottleTests
{
    [Fact]
    public void OneLineInTenSeconds_WithTheNumberOfThoseLeftOut_WhateverTheTimeOfDayIsSetTo()
    {
        var time = new TestTimeProvider();
        var limit = new LogThrottle(time);
        Assert.True(limit.TryTake(out long suppressed));
        Assert.Equal(0, suppressed);
        Assert.False(limit.TryTake(out _));
        time.SetBy = TimeSpan.FromHours(-1);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(limit.TryTake(out _));

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(limit.TryTake(out suppressed));
        Assert.Equal(2, suppressed);
        Assert.False(limit.TryTake(out _));
    }
}
