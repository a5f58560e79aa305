using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.FunctionalTests.Attacks;

/// <summary>
/// The table of dishonest payments, row by row over real HTTP/2: the exact answer; nothing reached the service or the store; the chain was
/// asked no more than allowed; no turn was waited for or kept; and the channel pays as before.
/// </summary>
public sealed class DishonestPaymentTests(DishonestPaymentTests.Running running) : IClassFixture<DishonestPaymentTests.Running>
{
    private readonly AttackGateway _gateway = running.Gateway;

    public static TheoryData<string> Rows => [.. DishonestPayments.All.Keys];

    [Fact]
    public void TheTable_HasMoreThan120Rows() => Assert.InRange(DishonestPayments.All.Count, 121, int.MaxValue);

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task DishonestPayment_HasItsExactAnswer_AndReachesNothing(string name)
    {
        DishonestPayment row = DishonestPayments.All[name];
        bool ownChannel = row.Open is not null;
        ChannelId id = row.Open?.Invoke(_gateway) ?? _gateway.Open();
        RawCall? held = null;
        if (!ownChannel)
        {
            await _gateway.PayAsync(id, 10);
            held = row.Stage == AttackStage.Turn ? null : await _gateway.HoldTurnAsync(id, 20);
        }

        UInt256 authorized = _gateway.Authorized(id);
        Footprint before = _gateway.Look();
        RawReply reply = await _gateway.Client.CallAsync(row.Send(id));
        Footprint after = _gateway.Look();

        Assert.Equal((row.Status, row.Message(id)), (reply.Status, reply.Message));
        Assert.Equal(("200", 0, 1), (reply.Http, reply.Body.Length, reply.Blocks));
        Assert.DoesNotContain(_gateway.Harness.Log.Lines, line => line.Event == "PaymentRefused" && line.Text.Any(char.IsControl));
        Assert.Equal(before.ServiceCalls, after.ServiceCalls);
        Assert.Equal(before.StoreAccesses, after.StoreAccesses);
        Assert.Equal(before.Looks + row.Looks, after.Looks);
        Assert.Equal(authorized, _gateway.Authorized(id));
        if (row.Stage == AttackStage.Shape)
        {
            Assert.Equal(before.Recoveries, after.Recoveries);
        }

        if (held is not null)
        {
            _gateway.Hold.Continue();
            Assert.Equal(0, (await held.Reply.WithTimeout()).Status);
        }

        if (!ownChannel)
        {
            await _gateway.PayAsync(id, held is null ? 20 : 30UL);
        }
    }

    /// <summary>One gateway for all rows; each row has a channel of its own.</summary>
    public sealed class Running : IAsyncLifetime
    {
        internal AttackGateway Gateway { get; private set; } = null!;

        /// <summary>A second call on a busy channel is refused at once: whoever asks for the turn would get another text.</summary>
        public async ValueTask InitializeAsync() =>
            Gateway = await AttackGateway.StartAsync(new PaidCallOptions { MaxWaitingPerChannel = 0 });

        public async ValueTask DisposeAsync() => await Gateway.DisposeAsync();
    }
}
