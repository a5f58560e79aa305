using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Metering;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Settlement;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.Metering;

/// <summary>Metered prices on the wire: what is counted, what the client is shown, and where a stream is ended.</summary>
public sealed class MeteredPriceTests : IAsyncLifetime
{
    private const ulong Ceiling = 40;

    private readonly FakeTimeProvider _time = new();
    private GatewayHarness _gateway = null!;

    public async ValueTask InitializeAsync() =>
        _gateway = await GatewayHarness.StartAsync(services: services => services.AddSingleton<TimeProvider>(_time));

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData(0, 0ul)]
    [InlineData(1, 10ul)]
    [InlineData(3, 30ul)]
    [InlineData(4, 40ul)]
    [Rule(1, 4)]
    public async Task Messages_AreCounted(int messages, ulong price)
    {
        ScriptedReservation call = Meter(MeterUnit.Message, 10);
        Serve(Enumerable.Repeat(Wire.Frame("word"), messages));
        await ExpectAsync(call, messages, 0, price);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(64)]
    [Rule(4)]
    public async Task MessageBeyondTheCeiling_IsNotSent_AndTheStreamEndsWithAStatus(int messages)
    {
        ScriptedReservation call = Meter(MeterUnit.Message, 10);
        Serve(Enumerable.Repeat(Wire.Frame("word"), messages));
        GrpcReply reply = await ExpectAsync(call, 4, 8, Ceiling);
        Assert.Equal("the call has reached the most that it may cost", reply.Message);
        Assert.Empty(reply.Rest);
    }

    [Theory]
    [InlineData(new[] { 0 }, 0ul)]
    [InlineData(new[] { 1 }, 10ul)]
    [InlineData(new[] { 1_024 }, 10ul)]
    [InlineData(new[] { 1_000, 25 }, 20ul)]
    [InlineData(new[] { 1_000, 3_096 }, 40ul)]
    [InlineData(new[] { 100_000 }, 40ul)] // the first message is always sent
    public async Task Kibibytes_OfAllMessages_AreCounted(int[] lengths, ulong price)
    {
        ScriptedReservation call = Meter(MeterUnit.Kibibyte, 10);
        Serve(lengths.Select(length => Wire.Frame(new byte[length])));
        await ExpectAsync(call, lengths.Length, 0, price);
    }

    [Fact]
    public async Task LongMessageBeyondTheCeiling_IsNotBegun()
    {
        ScriptedReservation call = Meter(MeterUnit.Kibibyte, 10);
        Serve([Wire.Frame(new byte[1_000]), Wire.Frame(new byte[3_097])]);
        await ExpectAsync(call, 1, 8, 10);
    }

    [Fact]
    public async Task BytesOneByOne_AreTheSameMessages()
    {
        ScriptedReservation call = Meter(MeterUnit.Message, 10);
        byte[] all = [.. Enumerable.Repeat(Wire.Frame("ab"), 5).SelectMany(frame => frame)];
        Serve(all.Select(one => new[] { one }));
        GrpcReply reply = await ExpectAsync(call, 4, 8, Ceiling);
        Assert.Equal(all[..28], reply.Body);
    }

    [Fact]
    public async Task RandomPieces_AreTheSameMessages()
    {
        Random random = Seeds.Random(_ => { });
        for (int round = 0; round < 50; round++)
        {
            byte[][] frames = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => Wire.Frame(new byte[random.Next(0, 9)]))];
            byte[] all = [.. frames.SelectMany(frame => frame)];
            var pieces = new List<byte[]>();
            for (int at = 0; at < all.Length;)
            {
                int length = Math.Min(random.Next(1, 12), all.Length - at);
                pieces.Add(all[at..(at += length)]);
            }

            ScriptedReservation call = Meter(MeterUnit.Message, 10);
            Serve(pieces);
            int sent = Math.Min(frames.Length, 4);
            GrpcReply reply = await ExpectAsync(call, sent, frames.Length > 4 ? 8 : 0, (ulong)sent * 10);
            Assert.Equal([.. frames[..sent].SelectMany(frame => frame)], reply.Body);
        }
    }

    [Theory]
    [InlineData(0, 0ul)]
    [InlineData(1, 10ul)]
    [InlineData(1_000, 10ul)]
    [InlineData(1_001, 20ul)]
    [InlineData(4_000, 40ul)]
    [InlineData(60_000, 40ul)] // before its first message a call is not ended: the ceiling pays for it
    public async Task Seconds_OfAUnaryCall_AreCounted(int milliseconds, ulong price)
    {
        ScriptedReservation call = Meter(MeterUnit.Second, 10);
        _gateway.Service.Handle = async context =>
        {
            await Wire.ReadAllAsync(context);
            _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame("word"));
            Wire.End(context, 0);
        };
        await ExpectAsync(call, 1, 0, price);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3_500)]
    [InlineData(60_000)] // a late first message still has a moment to end
    [Rule(4)]
    public async Task SilentStream_IsEnded_WhenItsTimeIsPaidForNoLonger(int firstAfter)
    {
        ScriptedReservation call = Meter(MeterUnit.Second, 10);
        var cancelled = new TaskCompletionSource();
        _gateway.Service.Handle = async context =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(firstAfter));
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame("word"));
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            cancelled.TrySetResult();
        };
        using HttpResponseMessage response = await _gateway.SendAsync(
            _gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment())).WithTimeout();
        Stream body = await response.Content.ReadAsStreamAsync().WithTimeout();
        await body.ReadExactlyAsync(new byte[9]).AsTask().WithTimeout();
        _time.Advance(TimeSpan.FromMilliseconds(4_001));
        Assert.Equal(0, await body.ReadAsync(new byte[9]).AsTask().WithTimeout());
        Assert.Equal("8", GrpcReply.One(response.TrailingHeaders, "grpc-status"));
        Assert.Equal("40", GrpcReply.One(response.TrailingHeaders, CallMeter.Trailer));
        Assert.Equal(Ceiling, call.FinalPrice);
        await cancelled.Task.WithTimeout();
    }

    [Theory]
    [InlineData("0", 0ul)]
    [InlineData("17", 17ul)]
    [InlineData("40", 40ul)]
    public async Task ReportedPrice_IsCharged_AndShown(string reported, ulong price)
    {
        ScriptedReservation call = Meter(MeterUnit.Reported, 1);
        Serve([Wire.Frame("word"), Wire.Frame("word")], context => context.Response.AppendTrailer(CallMeter.Trailer, reported));
        await ExpectAsync(call, 2, 0, price);
        Assert.False(_gateway.Log.Has("FinalPriceInvalid"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("41")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("007")]
    [InlineData(" 7")]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639936")]
    public async Task PriceThatIsMissingOrInvalid_LeavesTheCeilingCharged_AndIsLogged(string? reported)
    {
        ScriptedReservation call = Meter(MeterUnit.Reported, 1);
        Serve([Wire.Frame("word")], context =>
        {
            if (reported is not null)
            {
                context.Response.AppendTrailer(CallMeter.Trailer, reported);
            }
        });
        GrpcReply reply = await _gateway.CallAsync("a");
        Assert.Equal((0, "40"), (reply.Status, GrpcReply.One(reply.Trailers, CallMeter.Trailer)));
        Assert.Null(call.FinalPrice);
        Assert.Equal(1, _gateway.Log.Count("FinalPriceInvalid"));
    }

    [Fact]
    public async Task ErrorAfterMessages_CostsWhatWasSent()
    {
        ScriptedReservation call = Meter(MeterUnit.Message, 10);
        Serve([Wire.Frame("word"), Wire.Frame("word")], status: 13);
        await ExpectAsync(call, 2, 13, 20);
    }

    [Fact]
    [Rule(4)]
    public async Task ErrorWithoutAMessage_IsReleased_AndShowsNoPrice()
    {
        ScriptedReservation call = Meter(MeterUnit.Message, 10);
        Serve([], status: 5);
        GrpcReply reply = await _gateway.CallAsync("a");
        Assert.Equal(5, reply.Status);
        Assert.Null(GrpcReply.One(reply.Trailers, CallMeter.Trailer) ?? GrpcReply.One(reply.Headers, CallMeter.Trailer));
        Assert.Null(call.FinalPrice);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await call.Ended.WithTimeout());
    }

    [Fact]
    public async Task GiveBackThatIsLost_ShowsTheCeiling()
    {
        ScriptedReservation call = Meter(MeterUnit.Message, 10, givesBack: false);
        Serve([Wire.Frame("word")]);
        GrpcReply reply = await _gateway.CallAsync("a");
        Assert.Equal((0, "40"), (reply.Status, GrpcReply.One(reply.Trailers, CallMeter.Trailer)));
        Assert.Equal(10ul, call.FinalPrice);
    }

    [Fact]
    public async Task ClientThatDisconnects_PaysWhatWasSent()
    {
        ScriptedReservation call = Meter(MeterUnit.Message, 10);
        _gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame("word"));
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        using (HttpResponseMessage response = await _gateway.SendAsync(
            _gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment())).WithTimeout())
        {
            await (await response.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[9]).AsTask().WithTimeout();
        }

        await Eventually.TrueAsync(() => call.FinalPrice is not null);
        Assert.Equal(10ul, call.FinalPrice);
    }

    /// <summary>The next call is admitted with a metered price.</summary>
    private ScriptedReservation Meter(MeterUnit unit, ulong cogs, bool givesBack = true)
    {
        var call = new ScriptedReservation(GatewayHarness.Payer)
        {
            Ceiling = Ceiling, Terms = new MeteredPrice(unit, cogs), GivesBack = givesBack,
        };
        _gateway.Reservations.Enqueue(call);
        _gateway.Admit = (_, _, _) => new ValueTask<AdmissionResult>(AdmissionResult.Of(call));
        return call;
    }

    private void Serve(IEnumerable<byte[]> pieces, Action<HttpContext>? atEnd = null, int status = 0) =>
        _gateway.Service.Handle = async context =>
        {
            await Wire.ReadAllAsync(context);
            Wire.Begin(context);
            foreach (byte[] piece in pieces)
            {
                await Wire.SendAsync(context, piece);
            }

            atEnd?.Invoke(context);
            Wire.End(context, status);
        };

    private async Task<GrpcReply> ExpectAsync(ScriptedReservation call, int messages, int status, ulong price)
    {
        GrpcReply reply = await _gateway.CallAsync("a");
        Assert.Equal((messages, status), (reply.Messages.Count, reply.Status));
        Assert.Equal(
            price.ToString(System.Globalization.CultureInfo.InvariantCulture),
            GrpcReply.One(reply.Trailers, CallMeter.Trailer) ?? GrpcReply.One(reply.Headers, CallMeter.Trailer));
        Assert.Equal(price, call.FinalPrice);
        Assert.Equal("settled", await call.Ended.WithTimeout());
        return reply;
    }
}
