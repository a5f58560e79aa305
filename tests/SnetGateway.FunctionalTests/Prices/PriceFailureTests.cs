using Microsoft.AspNetCore.Http;
using SnetGateway.FunctionalTests.Attacks;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Prices;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.FunctionalTests.Prices;

/// <summary>
/// A price that cannot be determined refuses the call: nothing is reserved, nothing is written, the service does not run it.
/// </summary>
public sealed class PriceFailureTests
{
    private static readonly Dictionary<string, (Func<HttpContext, Task> Respond, string Text)> s_failures = new()
    {
        ["never"] = (context => Task.Delay(Timeout.Infinite, context.RequestAborted),
            "code = DeadlineExceeded desc = the service did not name the price in time"),
        ["no end"] = (
            async context =>
            {
                Wire.Begin(context);
                await Wire.SendAsync(context, Wire.Frame([8, 4]));
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            },
            "code = DeadlineExceeded desc = the service did not name the price in time"),
        ["garbage"] = (
            async context =>
            {
                Wire.Begin(context);
                await Wire.SendAsync(context, Wire.Frame("\n\u0003abc"));
                Wire.End(context, 0);
            },
            "code = Internal desc = the response of the price method is not a price"),
        ["nothing"] = (
            context =>
            {
                Wire.Begin(context);
                Wire.End(context, 0);
                return Task.CompletedTask;
            },
            "code = Internal desc = the response of the price method is not a price"),
        ["two prices"] = (
            async context =>
            {
                Wire.Begin(context);
                await Wire.SendAsync(context, [.. Wire.Frame([8, 4]), .. Wire.Frame([8, 4])]);
                Wire.End(context, 0);
            },
            "code = Internal desc = the response of the price method is not a price"),
        ["too long"] = (
            async context =>
            {
                Wire.Begin(context);
                await Wire.SendAsync(context, Wire.Frame(new byte[100_000]));
                Wire.End(context, 0);
            },
            "code = Internal desc = the response of the price method is too long"),
        ["negative"] = (
            context => PricedGateway.RespondAsync(context, unchecked((ulong)-4L)),
            "code = OutOfRange desc = the service named a price of 18446744073709551612, above the limit"),
        ["own status"] = (
            context => Wire.TrailersOnly(context, 3, "the text%0Ais empty"), "code = InvalidArgument desc = the text is empty"),
        ["price, then a status"] = (
            async context =>
            {
                Wire.Begin(context);
                await Wire.SendAsync(context, Wire.Frame([8, 4]));
                Wire.End(context, 13, "after all not");
            },
            "code = Internal desc = after all not"),
        ["an error page"] = (
            context =>
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return context.Response.WriteAsync("down");
            },
            "code = Unavailable desc = the service responded without a gRPC status"),
        ["no status"] = (
            async context =>
            {
                Wire.Begin(context);
                await Wire.SendAsync(context, Wire.Frame([8, 4]));
            },
            "code = Unknown desc = the service responded without a gRPC status"),
        ["broken off"] = (
            async context =>
            {
                Wire.Begin(context);
                await Wire.SendAsync(context, [0, 0]);
                context.Abort();
            },
            "code = Unavailable desc = the service broke off its response"),
    };

    public static TheoryData<string> Failures() => new(s_failures.Keys);

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task ServiceThatNamesNoPrice_TheCallIsRefused_AndTheNextOneIsServed(string failure)
    {
        (Func<HttpContext, Task> respond, string text) = s_failures[failure];
        await using PricedGateway gateway = await PricedGateway.StartAsync(new DynamicPriceOptions
        {
            Timeout = failure is "never" or "no end" ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(30),
        });
        gateway.NamePrice = (context, _) => respond(context);
        ChannelId id = gateway.Money.Open();

        RawReply reply = await gateway.CallAsync(id, 4);

        Assert.Equal((13, $"internal error: rpc error: {text}"), (reply.Status, reply.Message));
        Assert.Empty(reply.Body);
        await AssertNothingHappenedAsync(gateway, id, requests: 1);
    }

    [Fact]
    public async Task ServiceThatIsDown_TheCallIsRefused()
    {
        await using PricedGateway gateway = await PricedGateway.StartAsync(
            new DynamicPriceOptions { Cluster = "prices" },
            new() { ["ReverseProxy:Clusters:prices:Destinations:one:Address"] = "http://127.0.0.1:1" });
        ChannelId id = gateway.Money.Open();
        RawReply reply = await gateway.CallAsync(id, 4);
        Assert.Equal(
            (13, "internal error: rpc error: code = Unavailable desc = the service cannot be reached"), (reply.Status, reply.Message));
        Assert.Equal(0, gateway.Money.Harness.Service.Requests);
        Assert.Equal(0, gateway.Money.Store.Commits);
    }

    [Theory]
    [InlineData("", "code = Internal desc = the request has no message")]
    [InlineData("0000", "code = Internal desc = the request ended in the middle of a message")]
    [InlineData("0200000000", "code = Internal desc = the request is not a valid gRPC message")]
    [InlineData("0000500000", "code = ResourceExhausted desc = a message of the request is larger than allowed: the limit is 4194304")]
    public async Task RequestWithoutAFirstMessage_IsRefused_BeforeTheServiceIsAsked(string hex, string text)
    {
        await using PricedGateway gateway = await PricedGateway.StartAsync();
        ChannelId id = gateway.Money.Open();
        RawReply reply = await gateway.Money.Client.CallAsync(
            AttackGateway.Pay(id, 4, path: PricedGateway.Method), Convert.FromHexString(hex));
        Assert.Equal((13, $"internal error: rpc error: {text}"), (reply.Status, reply.Message));
        await AssertNothingHappenedAsync(gateway, id, requests: 0);
    }

    [Fact]
    public async Task ClientThatSendsNothing_IsRefusedInTime()
    {
        await using PricedGateway gateway = await PricedGateway.StartAsync(
            new DynamicPriceOptions { Timeout = TimeSpan.FromMilliseconds(200) });
        ChannelId id = gateway.Money.Open();
        RawCall call = await gateway.Money.Client.OpenAsync(AttackGateway.Pay(id, 4, path: PricedGateway.Method));
        RawReply reply = await call.Reply.WithTimeout();
        Assert.Equal(13, reply.Status);
        Assert.Contains("code = DeadlineExceeded", reply.Message, StringComparison.Ordinal);
        await AssertNothingHappenedAsync(gateway, id, requests: 0);
    }

    private static async Task AssertNothingHappenedAsync(PricedGateway gateway, ChannelId id, int requests)
    {
        Assert.Equal(requests, gateway.Money.Harness.Service.Requests);
        Assert.Equal(requests, gateway.Asked.Count);
        Assert.Equal(0, gateway.Money.Store.Commits);
        Assert.Equal(UInt256.Zero, gateway.Money.Authorized(id));

        gateway.NamePrice = (context, _) => PricedGateway.RespondAsync(context, 4);
        Assert.Equal(0, (await gateway.CallAsync(id, 4)).Status);
        Assert.Equal((UInt256)4, gateway.Money.Authorized(id));
    }
}
