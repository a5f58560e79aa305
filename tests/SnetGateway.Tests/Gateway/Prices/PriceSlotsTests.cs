using SnetGateway.Gateway.Prices;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Gateway.Prices;

public sealed class PriceSlotsTests
{
    private static readonly Address s_one = Address.Parse("0x0000000000000000000000000000000000000001");
    private static readonly Address s_other = Address.Parse("0x0000000000000000000000000000000000000002");

    [Fact]
    public async Task Enter_OnePayer_GetsAQuarter_AndLeavesTheRestToOthers()
    {
        var slots = new PriceSlots(8);
        IDisposable first = await slots.EnterAsync(s_one, default);
        IDisposable second = await slots.EnterAsync(s_one, default);
        ValueTask<IDisposable> third = slots.EnterAsync(s_one, default);
        Assert.False(third.IsCompleted);
        IDisposable others = await slots.EnterAsync(s_other, default);

        first.Dispose();
        IDisposable last = await third.AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        foreach (IDisposable slot in (IDisposable[])[second, others, last])
        {
            slot.Dispose();
        }

        Assert.Equal(0, slots.Payers);
    }

    [Fact]
    public async Task Enter_AllTaken_Waits_AndACancelledWaitHoldsNothing()
    {
        var slots = new PriceSlots(1);
        IDisposable first = await slots.EnterAsync(s_one, default);
        using var cancelled = new CancellationTokenSource();
        Task<IDisposable> others = slots.EnterAsync(s_other, cancelled.Token).AsTask();
        Task<IDisposable> own = slots.EnterAsync(s_one, cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => others);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => own);

        first.Dispose();
        Assert.Equal(0, slots.Payers);
        (await slots.EnterAsync(s_other, default).AsTask().WaitAsync(TimeSpan.FromSeconds(30))).Dispose();
    }
}
