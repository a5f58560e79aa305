using Microsoft.AspNetCore.Http;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.Attacks;

/// <summary>Attacks with HTTP/2's own means: names, trailers, windows, resets, half-closed streams.</summary>
public sealed class Http2AttackTests
{
    [Fact]
    public async Task ThePayersName_IsTheGatewaysToSay()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        string? seen = null;
        gateway.Harness.Service.Handle = async context =>
        {
            seen = context.Request.Headers["snet-user-address"].ToString();
            Assert.DoesNotContain(context.Request.Headers, header => header.Key.StartsWith("snet-payment", StringComparison.Ordinal));
            await Wire.EchoAsync(context);
        };
        List<(string Name, string Value)> headers =
        [
            .. AttackGateway.Pay(id, 10), ("snet-user-address", "0x0000000000000000000000000000000000000001"),
            ("snet-user-address", "0x0000000000000000000000000000000000000002"),
            ("snet-payment-mpe-address", "0x0000000000000000000000000000000000000003"),
        ];
        Assert.Equal(0, (await gateway.Client.CallAsync(headers)).Status);
        Assert.Equal(AddressText.Checksum(AttackGateway.Sender.Address), seen);
    }

    [Theory]
    [InlineData("Snet-Payment-Channel-Id")]
    [InlineData("SNET-PAYMENT-CHANNEL-ID")]
    [InlineData("snet-payment-channel-iD")]
    public async Task ANameInUpperCase_BesideTheRightOne_IsNoHttp2(string name)
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.EndPoint);
        RawReply reply = await client.CallAsync([.. AttackGateway.Pay(id, 10), (name, "7")]);
        Assert.NotEqual(0, reply.Status);
        Assert.Equal(default, gateway.Look());
        await gateway.PayAsync(id, 10);
    }

    [Theory]
    [InlineData(":path", "/free.Echo/Call")]
    [InlineData(":path", "")]
    [InlineData(":method", "GET")]
    [InlineData(":authority", "other")]
    [InlineData(":status", "200")]
    [InlineData("connection", "snet-payment-channel-id")]
    [InlineData("transfer-encoding", "chunked")]
    [InlineData("upgrade", "h2c")]
    [InlineData("te", "gzip")]
    [InlineData("snet-payment-channel-id\r\nx", "7")]
    [InlineData("x y", "7")]
    [InlineData("x", "7\r\nsnet-user-address: 0x0000000000000000000000000000000000000001")]
    [InlineData("x", "7\0")]
    public async Task AHeaderThatHttp2Forbids_BesideARightPayment_ReachesNothingThatItShouldNot(string name, string value)
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        var users = new System.Collections.Concurrent.ConcurrentQueue<string>();
        gateway.Harness.Service.Handle = async context =>
        {
            users.Enqueue($"{context.Request.Path} {context.Request.Headers["snet-user-address"]}");
            await Wire.EchoAsync(context);
        };
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.EndPoint);
        RawReply reply = await client.CallAsync([.. AttackGateway.Pay(id, 10), (name, value)]);

        // Refused as HTTP, or let through as the one paid call that it is: nothing in between.
        bool granted = reply.Status == 0;
        Assert.Equal(granted ? 10UL : 0UL, gateway.Authorized(id));
        Assert.All(users, user => Assert.Equal($"{AttackGateway.Method} {AddressText.Checksum(AttackGateway.Sender.Address)}", user));
        await gateway.PayAsync(id, granted ? 20UL : 10UL);
    }

    [Theory]
    [InlineData("/free.Echo/..\\test.Echo\\Call")]
    [InlineData("/free.Echo/..%2ftest.Echo%2fCall")]
    [InlineData("/free.Echo/..%5ctest.Echo%5cCall")]
    [InlineData("/free.Echo/%2e%2e%2ftest.Echo%2fCall")]
    [InlineData("/free.Echo/..;/test.Echo/Call")]
    [InlineData("/free.Echo//test.Echo/Call")]
    [InlineData("/free.Echo/Call/../../test.Echo/Call")]
    [InlineData("/free.Echo/x?/../../test.Echo/Call")]
    [InlineData("/free.Echo/x#/../../test.Echo/Call")]
    [InlineData("//test.Echo/Call")]
    [InlineData("/./test.Echo/Call")]
    [InlineData("/test.Echo/%43all")]
    [InlineData("/TEST.Echo/Call")]
    [InlineData("/test.Echo/Call/")]
    [InlineData("http://gateway/test.Echo/Call")]
    [InlineData("*")]
    [InlineData("test.Echo/Call")]
    public async Task APathWithADetour_DoesNotReachAPaidMethodUnpaid(string path)
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        var paths = new System.Collections.Concurrent.ConcurrentQueue<string>();
        gateway.Harness.Service.Handle = async context =>
        {
            paths.Enqueue(context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget);
            await Wire.EchoAsync(context);
        };
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.EndPoint);
        RawReply reply = await client.CallAsync(RawHttp2.CallHeaders(path));
        Assert.All(paths, seen => Assert.StartsWith("/free.Echo/", seen, StringComparison.Ordinal));
        Assert.All(paths, seen => Assert.DoesNotContain(
            "test.Echo/", new Uri(new Uri("http://x"), seen).AbsolutePath, StringComparison.OrdinalIgnoreCase));
        Assert.True(reply.Status != 0 || !paths.IsEmpty, reply.ToString());
    }

    [Fact]
    public async Task APaymentInTrailers_IsNone()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        RawCall call = await gateway.Client.OpenAsync(RawHttp2.CallHeaders(AttackGateway.Method));
        await call.SendAsync(Wire.Frame("a"));
        await call.SendTrailersAsync(
            [.. AttackGateway.Pay(id, 10).Where(header => header.Name.StartsWith("snet-", StringComparison.Ordinal))]);
        RawReply reply = await call.Reply.WithTimeout();
        Assert.Equal((3, $"missing \"{PaymentMetadata.ChannelId}\""), (reply.Status, reply.Message));
        Assert.Equal(default, gateway.Look());
    }

    [Fact]
    public async Task TrailersBesideARightPayment_ChangeNothing_AndAreNotPassedOn()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        int trailers = -1;
        string user = "";
        gateway.Harness.Service.Handle = async context =>
        {
            await Wire.EchoAsync(context);
            trailers = context.Request.CheckTrailersAvailable()
                ? context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestTrailersFeature>()!.Trailers.Count
                : 0;
            user = context.Request.Headers["snet-user-address"].ToString();
        };
        RawCall call = await gateway.Client.OpenAsync(AttackGateway.Pay(id, 10));
        await call.SendAsync(Wire.Frame("a"));
        await call.SendTrailersAsync(
            ("snet-payment-channel-id", "7"), ("snet-payment-channel-amount", "1"), ("snet-user-address", "0x1"), ("grpc-status", "0"));
        Assert.Equal(0, (await call.Reply.WithTimeout()).Status);
        Assert.Equal((0, AddressText.Checksum(AttackGateway.Sender.Address)), (trailers, user));
        Assert.Equal(10UL, gateway.Authorized(id));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [Rule(4)]
    public async Task AWindowTooSmallForTheAnswer_IsChargedOnce_AndHoldsNoTurn(int window)
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.EndPoint, (uint)window);
        var calls = new List<RawCall>();
        for (ulong i = 1; i <= 20; i++)
        {
            RawCall call = await client.OpenAsync(AttackGateway.Pay(id, i * 10));
            await call.SendAsync(Wire.Frame("hungry"), end: true);
            await Eventually.TrueAsync(() => gateway.Authorized(id) == i * 10);
            calls.Add(call);
        }

        Assert.All(calls, call => Assert.False(call.Reply.IsCompleted));
        await gateway.PayAsync(id, 210);
        for (int i = 0; i < calls.Count; i++)
        {
            if (i % 2 == 0)
            {
                await calls[i].ResetAsync();
            }
            else
            {
                await client.OpenWindowAsync(calls[i].Id, 1000);
                Assert.Equal(Wire.Frame("hungry"), (await calls[i].Reply.WithTimeout()).Body);
            }
        }

        Assert.Equal(21, gateway.Store.Commits);
        await gateway.PayAsync(id, 220);
    }

    [Fact]
    public async Task ARefusal_NeedsNoWindow()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.EndPoint, 0);
        Assert.Equal(16, (await client.CallAsync(AttackGateway.Pay(id, 11))).Status);
    }

    [Fact]
    public async Task EndOfStreamWithTheHeaders_IsACallWithoutAMessage_AndPaidWhenTheServiceSaysOk()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        RawCall call = await gateway.Client.OpenAsync(AttackGateway.Pay(id, 10), end: true);
        RawReply reply = await call.Reply.WithTimeout();
        Assert.Equal((0, 0), (reply.Status, reply.Body.Length));
        Assert.Equal(10UL, gateway.Authorized(id));
        await gateway.PayAsync(id, 20);
    }

    [Theory]
    [InlineData("data after the end")]
    [InlineData("headers after the end")]
    [InlineData("more than announced")]
    [InlineData("less than announced")]
    [InlineData("a window of zero more")]
    [InlineData("a window beyond all")]
    [InlineData("trailers that do not end")]
    [InlineData("a continuation out of order")]
    public async Task BrokenFraming_EndsTheCall_AndWhatWasNotSeenIsNotFree(string how)
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open();
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.EndPoint);
        List<(string Name, string Value)> headers = [.. AttackGateway.Pay(id, 10), (AttackGateway.HoldHeader, "1")];
        if (how.EndsWith("than announced", StringComparison.Ordinal))
        {
            headers.Add(("content-length", how.StartsWith("more", StringComparison.Ordinal) ? "3" : "300"));
        }

        RawCall call = await client.OpenAsync(headers);
        await call.SendAsync(
            Wire.Frame("a"), end: how is not "a window of zero more" and not "a window beyond all" and not "trailers that do not end");
        switch (how)
        {
            case "data after the end":
                await call.SendAsync(Wire.Frame("b"), end: true);
                break;
            case "headers after the end":
                await call.SendTrailersAsync(("x", "1"));
                break;
            case "a window of zero more":
                await client.OpenWindowAsync(call.Id, 0);
                break;
            case "a window beyond all":
                await client.OpenWindowAsync(call.Id, int.MaxValue);
                break;
            case "trailers that do not end":
                await client.SendAsync(FrameType.Headers, 0x4, call.Id, Hpack.Write([("x", "1")]));
                break;
            case "a continuation out of order":
                await client.SendAsync(FrameType.Continuation, 0x4, call.Id, Hpack.Write([("x", "1")]));
                break;
        }

        RawReply reply = await call.Reply.WithTimeout();
        gateway.Hold.Continue();
        Assert.NotEqual(0, reply.Status);
        Assert.Empty(reply.Body);
        Assert.Equal(0, gateway.Store.Commits);
        await gateway.PayAsync(id, 10);
    }

    [Fact]
    public async Task ResetsAtAnyMoment_NeverMakeAByteFree_AndNeverKeepATurn()
    {
        const int Seed = 20_26;
        var random = new Random(Seed);
        await using AttackGateway gateway = await AttackGateway.StartAsync(new() { AbandonedCallsPerMinute = 10_000 });
        ChannelId[] channels = [.. Enumerable.Range(0, 20).Select(_ => gateway.Open(value: 1_000_000))];
        ulong[] seen = new ulong[channels.Length];
        RawHttp2[] clients = await Task.WhenAll(channels.Select(_ => RawHttp2.ConnectAsync(gateway.EndPoint)));
        await Task.WhenAll(channels.Select((id, i) => TormentAsync(clients[i], id, new Random(random.Next()), total => seen[i] = total)));
        for (int i = 0; i < channels.Length; i++)
        {
            // The last call may still be ending; what was seen is charged before it was seen.
            Assert.True(
                gateway.Authorized(channels[i]) >= seen[i],
                $"Seed {Seed}, channel {i}: a client saw bytes for {seen[i]}, charged are {gateway.Authorized(channels[i])}.");
            ChannelId id = channels[i];
            RawReply reply;
            do
            {
                reply = await gateway.Client.CallAsync(AttackGateway.Pay(id, gateway.Authorized(id).SaturatingAdd(10)));
            }
            while (reply.Status == 16); // the record moved while this was signed

            Assert.True(reply.Status == 0, $"Seed {Seed}, channel {i}: {reply}");
            await clients[i].DisposeAsync();
        }

        async Task TormentAsync(RawHttp2 client, ChannelId id, Random dice, Action<ulong> saw)
        {
            for (int n = 0; n < 40; n++)
            {
                ulong next = gateway.Authorized(id).ToUInt64Saturating() + 10;
                RawCall call = await client.OpenAsync(AttackGateway.Pay(id, next));
                int moment = dice.Next(5);
                if (moment > 0)
                {
                    await call.SendAsync(Wire.Frame("a"), end: true);
                }

                if (moment is 2)
                {
                    await call.FirstHeaders.WithTimeout();
                }

                if (moment is 3)
                {
                    await Task.WhenAny(call.FirstData, call.Reply).WithTimeout();
                }

                if (moment is 4)
                {
                    await call.Reply.WithTimeout();
                }

                await call.ResetAsync();
                if (call.FirstData.IsCompleted || (call.Reply.IsCompletedSuccessfully && call.Reply.Result.Status == 0))
                {
                    saw(next);
                }
            }
        }
    }

    [Fact]
    public async Task ManyStreamsOpenedAndResetAtOnce_DoNotStopOthers()
    {
        await using AttackGateway gateway = await AttackGateway.StartAsync();
        ChannelId id = gateway.Open(), victim = gateway.Open();
        gateway.Harness.Log.Expected.Add("Http2QueueOperationsExceeded"); // the server ends such a connection, and says so
        await using RawHttp2 client = await RawHttp2.ConnectAsync(gateway.EndPoint);
        for (int i = 0; i < 3_000 && !client.Ended.IsCompleted; i++) // the server may have had enough of this connection
        {
            await (await client.OpenAsync(AttackGateway.Pay(id, 11))).ResetAsync();
        }

        await gateway.PayAsync(victim, 10);
        await gateway.PayAsync(id, 10);
        Assert.Equal(2, gateway.Store.Commits);
    }
}
