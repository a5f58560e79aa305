using System.Globalization;
using System.Numerics;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.Attacks;

/// <summary>The traps of docs/protocol/traps.md by their numbers, tried over the wire with real signatures.</summary>
public sealed class HoleTests
{
    [Fact]
    public async Task Hole1_OnePaymentUnderManyIds_IsGrantedOnce()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        await gateway.PayAsync(id, 10);
        var number = BigInteger.Parse(id.ToString(), CultureInfo.InvariantCulture);
        for (int k = 1; k <= 200; k++)
        {
            // The very signature that was right: the contract reads the same id out of each of these.
            string other = (number + (k * (BigInteger.One << 256))).ToString(CultureInfo.InvariantCulture);
            RawReply reply =
                await gateway.Client.CallAsync(DishonestPayment.With(AttackGateway.Pay(id, 10), PaymentMetadata.ChannelId, other));
            Assert.Equal((3, $"incorrect format \"{PaymentMetadata.ChannelId}\": \"{other}\""), (reply.Status, reply.Message));
        }

        Assert.Equal(1, gateway.Harness.Service.Requests);
        Assert.Equal(1, gateway.Book.Count);
        Assert.Equal(1, gateway.Store.Accesses);
        await gateway.PayAsync(id, 20);
    }

    [Theory]
    [InlineData("0{0}")]
    [InlineData("+{0}")]
    [InlineData(" {0}")]
    [InlineData("{0} ")]
    [InlineData("0x{1}")]
    [InlineData("0X{1}")]
    [InlineData("0o{2}")]
    [InlineData("0{2}")]
    [InlineData("0b{3}")]
    public async Task Hole2_SpellingsOfOneNumber_AreNoNumbers(string spelling)
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        foreach ((string key, long number) in new[]
        {
            (PaymentMetadata.ChannelId, 1001L), (PaymentMetadata.ChannelNonce, 3L), (PaymentMetadata.ChannelAmount, 10L),
        })
        {
            string spelled = string.Format(
                CultureInfo.InvariantCulture, spelling, number, number.ToString("x", CultureInfo.InvariantCulture),
                Convert.ToString(number, 8), Convert.ToString(number, 2));
            RawReply reply = await gateway.Client.CallAsync(DishonestPayment.With(AttackGateway.Pay(id, 10), key, spelled));
            Assert.Equal((3, $"incorrect format \"{key}\": \"{spelled}\""), (reply.Status, reply.Message));
        }

        Assert.Equal("1001", id.ToString());
        Assert.Equal(default, gateway.Look());
        await gateway.PayAsync(id, 10);
    }

    [Fact]
    public async Task Hole3_NegativeNumbers_WhoseSignVanishesInTheSignedBytes_AreRefused()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        List<(string Name, string Value)> right = AttackGateway.Pay(id, 10);
        foreach (string key in new[] { PaymentMetadata.ChannelId, PaymentMetadata.ChannelNonce, PaymentMetadata.ChannelAmount })
        {
            string negative = "-" + right.Single(header => header.Name == key).Value;
            RawReply reply = await gateway.Client.CallAsync(DishonestPayment.With(right, key, negative));
            Assert.Equal((3, $"incorrect format \"{key}\": \"{negative}\""), (reply.Status, reply.Message));
        }

        Assert.Equal(default, gateway.Look());
        await gateway.PayAsync(id, 10);
    }

    [Fact]
    [Rule(5)]
    public async Task Hole7_GarbageOnSomebodysChannel_DoesNotMakeItsOwnerWait()
    {
        // No line: whoever finds the turn taken is refused, so that one lost race would show.
        await using AttackGateway gateway = await AttackGateway.StartAsync(new PaidCallOptions { MaxWaitingPerChannel = 0 });
        ChannelId id = gateway.Open();
        using var stop = new CancellationTokenSource();
        await using RawHttp2 attacker = await RawHttp2.ConnectAsync(gateway.EndPoint);
        Task<int>[] attacks = [.. Enumerable.Range(0, 8).Select(seed => AttackAsync(attacker, id, seed, stop.Token))];
        for (ulong call = 1; call <= 60; call++)
        {
            await gateway.PayAsync(id, call * 10);
        }

        await stop.CancelAsync();
        int[] refused = await Task.WhenAll(attacks).WithTimeout();
        Assert.All(refused, count => Assert.InRange(count, 1, int.MaxValue));
        Assert.Equal(60, gateway.Harness.Service.Requests);
        Assert.Equal(60, gateway.Store.Accesses);
        Assert.Empty(gateway.Chain.Looks);
    }

    [Fact]
    public async Task Hole8_ASecondCallOnABusyChannel_WaitsForItsTurn()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        RawCall first = await gateway.HoldTurnAsync(id, 10);
        RawCall second = await gateway.Client.OpenAsync(AttackGateway.Pay(id, 20));
        await second.SendAsync(Wire.Frame("second"), end: true);
        gateway.Hold.Continue();
        Assert.Equal(0, (await first.Reply.WithTimeout()).Status);
        Assert.Equal(0, (await second.Reply.WithTimeout()).Status);
        Assert.Equal(20UL, gateway.Authorized(id));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(27)]
    public async Task Hole31_TheSpellingOfV_IsStoredAsTheContractWantsIt(int subtract)
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        byte[] claimable = AttackGateway.Sign(AttackGateway.Signer, AttackGateway.Escrow, id.Value, AttackGateway.Nonce, 10);
        byte[] sent = [.. claimable[..64], (byte)(claimable[64] - subtract)];
        Assert.Equal(0, (await gateway.Client.CallAsync(AttackGateway.Pay(id, 10, signature: sent))).Status);
        Assert.Equal(claimable, gateway.Book.Find(id)!.Record!.Signature.ToArray());
        StoredRecord stored = (await gateway.Store.ReadAsync(gateway.Book.Find(id)!.Key, CancellationToken.None))!;
        Assert.True(stored.Value.Span.IndexOf(claimable) >= 0);
    }

    [Theory]
    [InlineData("the service ends with an error")]
    [InlineData("the service breaks off")]
    [InlineData("the client resets")]
    [InlineData("the client hangs up")]
    [InlineData("the client's deadline passes")]
    public async Task Hole32_AStreamThatEndsBadlyAfterItsFirstMessage_StaysCharged(string end)
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        var more = new SyncPoint();
        gateway.Harness.Service.Handle = async context =>
        {
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame("first"));
            await more.WaitAsync();
            if (end == "the service breaks off")
            {
                context.Abort();
                return;
            }

            Wire.End(context, 13, "no more");
        };
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.EndPoint);
        List<(string Name, string Value)> headers = AttackGateway.Pay(id, 10);
        if (end == "the client's deadline passes")
        {
            headers.Add(("grpc-timeout", "1500m"));
        }

        RawCall call = await client.OpenAsync(headers);
        await call.SendAsync(Wire.Frame("a"), end: true);
        await call.FirstData.WithTimeout();
        Assert.Equal(10UL, gateway.Authorized(id)); // before the first byte, so certainly now
        switch (end)
        {
            case "the client resets":
                await call.ResetAsync();
                break;
            case "the client hangs up":
                await client.DisposeAsync();
                break;
            case "the client's deadline passes":
                Assert.Equal(4, (await call.Reply.WithTimeout()).Status);
                break;
        }

        more.Continue();
        if (end.StartsWith("the service", StringComparison.Ordinal))
        {
            RawReply reply = await call.Reply.WithTimeout();
            Assert.Equal(13, reply.Status);
            Assert.Equal(Wire.Frame("first"), reply.Body);
        }

        gateway.Harness.Service.Handle = Wire.EchoAsync;
        Assert.Equal(10UL, gateway.Authorized(id));
        RawReply again = await gateway.Client.CallAsync(AttackGateway.Pay(id, 10));
        Assert.Equal((16, "income 0 does not equal to price 10"), (again.Status, again.Message));
        await gateway.PayAsync(id, 20);
    }

    private static async Task<int> AttackAsync(RawHttp2 attacker, ChannelId id, int seed, CancellationToken stop)
    {
        int refused = 0;
        var random = new Random(seed);
        while (!stop.IsCancellationRequested || refused == 0)
        {
            List<(string Name, string Value)> garbage = random.Next(4) switch
            {
                0 => AttackGateway.Pay(id, 10, signature: new byte[65]),
                1 => AttackGateway.Pay(id, (ulong)random.Next(1000), by: AttackGateway.Stranger),
                2 => AttackGateway.Pay(id, 10, nonce: (ulong)random.Next(4, 1000), by: AttackGateway.Stranger),
                _ => DishonestPayment.With(AttackGateway.Pay(id, 10), PaymentMetadata.ChannelId, $"0{id}"),
            };
            RawReply reply = await attacker.CallAsync(garbage);
            Assert.Contains(reply.Status, new[] { 3, 16, 1000 });
            refused++;
        }

        return refused;
    }
}
