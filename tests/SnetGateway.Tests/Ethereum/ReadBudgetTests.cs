using Microsoft.Extensions.Time.Testing;
using SnetGateway.Ethereum.Follower;
using SnetGateway.Payments.Chain;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

public sealed class ReadBudgetTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    [Rule(10)]
    public async Task Anonymous_GetHalf_AndKnownPartiesAll()
    {
        var budget = new ReadBudget(20, _clock);
        for (int i = 0; i < 10; i++)
        {
            Assert.True(await budget.TakeAsync(ReadPriority.Anonymous, CancellationToken.None));
        }

        Assert.False(budget.TakeAsync(ReadPriority.Anonymous, CancellationToken.None).IsCompleted);
        for (int i = 0; i < 10; i++)
        {
            Assert.True(await budget.TakeAsync(ReadPriority.KnownParty, CancellationToken.None));
        }
    }

    [Fact]
    [Rule(10)]
    public async Task Waiting_EndsWhenTheBudgetGrows_AndIsBoundedInTime()
    {
        var budget = new ReadBudget(2, _clock);
        Assert.True(await budget.TakeAsync(ReadPriority.Anonymous, CancellationToken.None));
        ValueTask<bool> first = budget.TakeAsync(ReadPriority.Anonymous, CancellationToken.None);
        ValueTask<bool> second = budget.TakeAsync(ReadPriority.Anonymous, CancellationToken.None);
        // three seconds away
        Assert.False(await budget.TakeAsync(ReadPriority.Anonymous, CancellationToken.None));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await first);
        Assert.False(second.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await second);
    }

    [Fact]
    public async Task Waiting_CallerCancels_ItsReadIsReturned()
    {
        var budget = new ReadBudget(2, _clock);
        Assert.True(await budget.TakeAsync(ReadPriority.Anonymous, CancellationToken.None));
        using var leaving = new CancellationTokenSource();
        ValueTask<bool> left = budget.TakeAsync(ReadPriority.Anonymous, leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await left);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(budget.TakeAsync(ReadPriority.Anonymous, CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task OverAnHour_TheRateIsNotExceeded()
    {
        var budget = new ReadBudget(20, _clock);
        int taken = 0;
        for (int i = 0; i < 3_600 * 4; i++)
        {
            for (int j = 0; j < 10; j++)
            {
                ValueTask<bool> take = budget.TakeAsync(ReadPriority.Anonymous, CancellationToken.None);
                if (take.IsCompleted)
                {
                    taken += await take ? 1 : 0;
                }
                else
                {
                    taken++; // a place in the queue is a read to come
                }
            }

            _clock.Advance(TimeSpan.FromMilliseconds(250));
        }

        Assert.InRange(taken, 35_000, 36_000 + 10 + 20);
    }

    [Fact]
    public async Task Spare_IsLeftOverByKnownParties()
    {
        var budget = new ReadBudget(20, _clock);
        int spare = 0;
        while (budget.TryTakeSpare())
        {
            spare++;
        }

        Assert.InRange(spare, 5, 6);
        Assert.True(await budget.TakeAsync(ReadPriority.KnownParty, CancellationToken.None));
    }
}
