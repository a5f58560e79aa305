using System.Text;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Settlement;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidCalls;

/// <summary>Answers that come in pieces, large, or larger than the limit.</summary>
public sealed class ResponseSizeTests
{
    private static readonly string s_large = new('x', 200_000);

    [Fact]
    [Rule(18)]
    public async Task FirstMessageInPieces_IsGatheredAndWhole()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            foreach (byte piece in Wire.Frame("in pieces"))
            {
                await Wire.SendAsync(context, [piece]);
            }

            Wire.End(context, 0);
        };
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(["in pieces"], reply.Texts);
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    [Rule(18)]
    public async Task FirstMessageBeyond64KiB_IsChargedByItsHeader_AndArrivesWhole()
    {
        await using GatewayHarness gateway = await GatewayHarness.StartAsync();
        var rest = new SyncPoint();
        gateway.Service.Handle = async context =>
        {
            byte[] frame = Wire.Frame(s_large);
            Wire.Begin(context);
            await Wire.SendAsync(context, frame[..100_000]);
            await rest.WaitAsync();
            await Wire.SendAsync(context, frame[100_000..]);
            Wire.End(context, 0);
        };
        Task<GrpcReply> call = gateway.CallAsync("a");
        await rest.Reached.WithTimeout();
        while (gateway.Reservations.IsEmpty)
        {
            await Task.Yield();
        }

        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
        rest.Continue();
        Assert.Equal(s_large, Encoding.UTF8.GetString(Assert.Single((await call.WithTimeout()).Messages)));
    }

    [Fact]
    public async Task FirstMessageAboveTheLimit_IsExhausted_AndNothingCharged()
    {
        await using GatewayHarness gateway =
            await GatewayHarness.StartAsync(new() { ["SnetGateway:Limits:MaxResponseMessageBytes"] = "1000" });
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame(new string('x', 1001)));
            Wire.End(context, 0);
        };
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(8, reply.Status);
        Assert.Empty(reply.Body);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.WithTimeout());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LaterMessageAboveTheLimit_EndsTheStream_AndTheFirstStaysCharged(bool inOneWrite)
    {
        await using GatewayHarness gateway =
            await GatewayHarness.StartAsync(new() { ["SnetGateway:Limits:MaxResponseMessageBytes"] = "1000" });
        gateway.Service.Handle = async context =>
        {
            Wire.Begin(context);
            byte[] first = Wire.Frame("fits");
            byte[] second = Wire.Frame(new string('x', 1001));
            if (inOneWrite)
            {
                await Wire.SendAsync(context, [.. first, .. second]);
            }
            else
            {
                await Wire.SendAsync(context, first);
                await Wire.SendAsync(context, second);
            }

            Wire.End(context, 0);
        };
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(["fits"], reply.Texts);
        Assert.Empty(reply.Rest);
        Assert.Equal(8, reply.Status);
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
    }
}
