using Microsoft.AspNetCore.Server.Kestrel.Core;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.FunctionalTests.Attacks;

/// <summary>
/// Messages at the edges, and services that answer as no gRPC service should: what a client gets is charged, what it does not get is not.
/// </summary>
public sealed class GrpcAttackTests
{
    private const string ServiceAddress = "ReverseProxy:Clusters:echo:Destinations:one:Address";
    private static readonly (string, string) s_ok = (":status", "200");
    private static readonly (string, string) s_grpc = ("content-type", "application/grpc");

    public static TheoryData<string, int, bool> WrongAnswers => new()
    {
        { "early hints that say OK, then an error", 5, false },
        { "early hints that say OK, then nothing but an end", 2, false },
        { "continue, then an answer", 0, true },
        { "a message before the headers", 13, false },
        { "no status", 2, false },
        { "a reset without error after the answer", 0, true },
        { "two statuses, the first OK", 2, false },
        { "two statuses, the last OK", 2, false },
        { "a redirect to the free route", 2, false },
        { "a redirect that says OK", 2, false },
        { "headers, then trailers that say OK", 0, true },
        { "headers, then trailers with an error", 5, false },
        { "OK in the headers, an error in the trailers", 5, true },
        { "an error in the headers, then a message and OK", 0, true },
        { "an empty message", 0, true },
        { "an empty message, then an error", 5, true },
        { "three bytes, then OK", 13, false },
        { "a flag that nobody knows", 13, false },
    };

    [Theory]
    [MemberData(nameof(WrongAnswers))]
    public async Task AnAnswerThatNobodyExpects_IsChargedOnlyWhereTheClientGotSomething(string how, int status, bool charged)
    {
        await using var service = new RawHttp2Service(Answer(how));
        await using AttackGateway gateway =
            await AttackGateway.StartAsync(settings: new() { [ServiceAddress] = service.Address.ToString() });
        ChannelId id = gateway.Open();
        RawReply reply = await gateway.Client.CallAsync(AttackGateway.Pay(id, 10));
        Assert.Equal((status, charged ? 10UL : 0UL), (reply.Status, gateway.Authorized(id).ToUInt64Saturating()));
        Assert.True(charged || reply.Body.Length == 0);

        service.Answer =
        [
            RawHttp2Service.Headers(false, s_ok, s_grpc), RawHttp2Service.Data(Wire.Frame("honest")),
            RawHttp2Service.Headers(true, ("grpc-status", "0")),
        ];
        await gateway.PayAsync(id, charged ? 20UL : 10UL);
        Assert.Equal(2, service.Requests);
    }

    [Fact]
    public async Task AServiceThatSpeaksHttp11Only_IsUnavailable_AndCostsNothing()
    {
        await using ScriptedService service = await ScriptedService.StartAsync(HttpProtocols.Http1);
        await using AttackGateway gateway =
            await AttackGateway.StartAsync(settings: new() { [ServiceAddress] = service.Address.ToString() });
        ChannelId id = gateway.Open();
        for (int i = 0; i < 20; i++)
        {
            // Its connection ends with HTTP_1_1_REQUIRED, or with a reset that overtakes it: one answer for both.
            RawReply reply = await gateway.Client.CallAsync(AttackGateway.Pay(id, 10));
            Assert.Equal((14, 0), (reply.Status, reply.Body.Length));
        }

        Assert.Equal(0, gateway.Store.Accesses);
        Assert.Equal(UInt256.Zero, gateway.Authorized(id));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((64 * 1024) - 6)]
    [InlineData((64 * 1024) - 5)]
    [InlineData((64 * 1024) - 4)]
    [InlineData(64 * 1024)]
    [InlineData((64 * 1024) + 1)]
    [InlineData((4 * 1024 * 1024) - 1)]
    [InlineData(4 * 1024 * 1024)]
    public async Task AMessageAtAnEdge_IsChargedOnce_AndArrivesWhole(int length)
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        byte[] message = new byte[length];
        new Random(length).NextBytes(message);
        foreach (bool compressed in new[] { false, true })
        {
            byte[] frame = Wire.Frame(message, compressed);
            gateway.Harness.Service.Handle = async context =>
            {
                await Wire.ReadAllAsync(context);
                Wire.Begin(context);
                await Wire.SendAsync(context, frame[..Math.Min(frame.Length, 7)]);
                await Wire.SendAsync(context, frame[Math.Min(frame.Length, 7)..]);
                Wire.End(context, 0);
            };
            RawReply reply = await gateway.Client.CallAsync(AttackGateway.Pay(id, compressed ? 20UL : 10UL));
            Assert.Equal(0, reply.Status);
            Assert.True(frame.AsSpan().SequenceEqual(reply.Body));
        }

        Assert.Equal(2, gateway.Store.Commits);
    }

    [Theory]
    [InlineData((4 * 1024 * 1024) + 1)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public async Task AMessageBeyondTheLimit_InEitherDirection_IsExhausted_AndCostsNothing(int length)
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        byte[] head = new byte[5];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(1), length);
        Assert.Equal(8, (await gateway.Client.CallAsync(AttackGateway.Pay(id, 10), [.. head, 1, 2, 3])).Status);
        gateway.Harness.Service.Handle = async context =>
        {
            await Wire.ReadAllAsync(context);
            Wire.Begin(context);
            await Wire.SendAsync(context, [.. head, 1, 2, 3]);
            Wire.End(context, 0);
        };
        RawReply reply = await gateway.Client.CallAsync(AttackGateway.Pay(id, 10));
        Assert.Equal((8, 0), (reply.Status, reply.Body.Length));
        Assert.Equal(0, gateway.Store.Accesses);
        gateway.Harness.Service.Handle = Wire.EchoAsync;
        await gateway.PayAsync(id, 10);
    }

    [Theory]
    [InlineData("1n")]
    [InlineData("0n")]
    [InlineData("1u")]
    [InlineData("1m")]
    [InlineData("99999999H")]
    public async Task ADeadlineAtAnEdge_IsNeverAFreeAnswer(string timeout)
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync(new() { AbandonedCallsPerMinute = 1000 });
        ChannelId id = gateway.Open(value: 100_000);
        for (int i = 0; i < 100; i++)
        {
            ulong next = gateway.Authorized(id).ToUInt64Saturating() + 10;
            RawReply reply = await gateway.Client.CallAsync([.. AttackGateway.Pay(id, next), ("grpc-timeout", timeout)]);
            Assert.True(reply.Status is 0 or 4, $"Call {i}: {reply}; {string.Join("; ", reply.Headers)}");
            Assert.True(reply.Status != 0 || gateway.Authorized(id) == next, "OK without a payment.");
            Assert.True(reply.Body.Length == 0 || gateway.Authorized(id) == next, "A byte without a payment.");
        }

        await gateway.PayAsync(id, gateway.Authorized(id).ToUInt64Saturating() + 10);
    }

    [Fact]
    public async Task ADeadlineThatPassesWhileThePaymentIsWritten_EndsWithItsStatus_AndNotWithAReset()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        await gateway.PayAsync(id, 10);
        TimeProvider time = TimeProvider.System;
        long start = time.GetTimestamp();
        // past the deadline
        gateway.Store.BeforeCommit = () => Eventually.TrueAsync(() => time.GetElapsedTime(start) > TimeSpan.FromMilliseconds(1_700));
        RawReply reply = await gateway.Client.CallAsync([.. AttackGateway.Pay(id, 20), ("grpc-timeout", "1500m")]);
        Assert.True(reply is { Status: 4, Reset: null }, $"{reply}; {string.Join("; ", reply.Headers)}");
        Assert.Equal(20UL, gateway.Authorized(id));
        gateway.Store.BeforeCommit = null;
        await gateway.PayAsync(id, 30);
    }

    [Fact]
    public async Task ADeadlineThatPassesWhileTheFirstMessageIsOnItsWay_EndsWithItsStatus_AndNotWithAReset()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        await gateway.PayAsync(id, 10);
        byte[] frame = Wire.Frame(new byte[120_000]);
        gateway.Harness.Service.Handle = async context =>
        {
            Wire.Begin(context);
            await Wire.SendAsync(context, frame);
            Wire.End(context, 0);
        };
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.EndPoint, streamWindow: 0);
        TimeProvider time = TimeProvider.System;
        long start = time.GetTimestamp();
        RawCall call = await client.OpenAsync([.. AttackGateway.Pay(id, 20), ("grpc-timeout", "1500m")], end: true);
        await Eventually.TrueAsync(() => gateway.Authorized(id) == 20UL);
        await Eventually.TrueAsync(() => time.GetElapsedTime(start) > TimeSpan.FromMilliseconds(1_700) || call.Reply.IsCompleted);
        await client.OpenWindowAsync(0, 200_000);
        await client.OpenWindowAsync(call.Id, 200_000);
        RawReply reply = await call.Reply.WithTimeout();
        Assert.True(reply is { Status: 4, Reset: null }, $"{reply}; {string.Join("; ", reply.Headers)}");
        Assert.Equal(20UL, gateway.Authorized(id));
    }

    private static (FrameType, byte, byte[])[] Answer(string how)
    {
        (FrameType, byte, byte[]) begin = RawHttp2Service.Headers(false, s_ok, s_grpc);
        (FrameType, byte, byte[]) message = RawHttp2Service.Data(Wire.Frame("a"));
        (FrameType, byte, byte[]) ok = RawHttp2Service.Headers(true, ("grpc-status", "0"));
        (FrameType, byte, byte[]) error = RawHttp2Service.Headers(true, ("grpc-status", "5"), ("grpc-message", "no"));
        return how switch
        {
            "early hints that say OK, then an error" =>
                [RawHttp2Service.Headers(false, (":status", "103"), s_grpc, ("grpc-status", "0")), begin, error],
            "early hints that say OK, then nothing but an end" =>
            [
                RawHttp2Service.Headers(false, (":status", "103"), s_grpc, ("grpc-status", "0")),
                RawHttp2Service.Headers(true, s_ok, s_grpc),
            ],
            "continue, then an answer" => [RawHttp2Service.Headers(false, (":status", "100")), begin, message, ok],
            "a message before the headers" => [message, begin, ok],
            "no status" => [RawHttp2Service.Headers(true, s_ok, s_grpc)],
            "a reset without error after the answer" => [begin, message, ok, RawHttp2Service.Reset(0)],
            "two statuses, the first OK" => [begin, RawHttp2Service.Headers(true, ("grpc-status", "0"), ("grpc-status", "13"))],
            "two statuses, the last OK" => [begin, RawHttp2Service.Headers(true, ("grpc-status", "13"), ("grpc-status", "0"))],
            "a redirect to the free route" => [RawHttp2Service.Headers(true, (":status", "302"), ("location", GatewayHarness.FreeMethod))],
            "a redirect that says OK" =>
                [RawHttp2Service.Headers(true, (":status", "307"), s_grpc, ("location", GatewayHarness.FreeMethod), ("grpc-status", "0"))],
            "headers, then trailers that say OK" => [begin, ok],
            "headers, then trailers with an error" => [begin, error],
            "OK in the headers, an error in the trailers" => [RawHttp2Service.Headers(false, s_ok, s_grpc, ("grpc-status", "0")), error],
            "an error in the headers, then a message and OK" =>
                [RawHttp2Service.Headers(false, s_ok, s_grpc, ("grpc-status", "5")), message, ok],
            "an empty message" => [begin, RawHttp2Service.Data(new byte[5]), ok],
            "an empty message, then an error" => [begin, RawHttp2Service.Data(new byte[5]), error],
            "three bytes, then OK" => [begin, RawHttp2Service.Data(new byte[3]), ok],
            "a flag that nobody knows" => [begin, RawHttp2Service.Data([2, 0, 0, 0, 1, 7]), ok],
            _ => throw new ArgumentOutOfRangeException(nameof(how), how, null),
        };
    }
}
