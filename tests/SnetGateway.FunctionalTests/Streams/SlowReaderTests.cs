using System.Globalization;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.FunctionalTests.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Streams;

/// <summary>
/// A long paid bidirectional stream whose reader always waits until its sender is stuck, so that everything between them is full all the
/// time. tests/campaigns/streams.sh sends a GiB each way.
/// </summary>
[Collection(DevChainFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class SlowReaderTests(DevChainFixture fixture, ITestOutputHelper output)
{
    private const int MiB = 1024 * 1024;
    private const int MessageBytes = 256 * 1024;
    private const int Warmup = 16;

    /// <summary>MiB by which the gateway may grow, at its highest.</summary>
    private const double AllowedGrowth = 16;

    [Fact]
    public async Task LongStream_ToASlowReader_KeepsTheGatewaySmall()
    {
        string? setting = Environment.GetEnvironmentVariable("SNET_CAMPAIGN_STREAM_MIB");
        int size = string.IsNullOrEmpty(setting) ? 32 : int.Parse(setting, CultureInfo.InvariantCulture);
        await using StreamMarket market = await StreamMarket.StartAsync(fixture.Chain, channels: 8);


        // The collector's first generation fills once before it is emptied, and stays that large. A short stream does not fill it.
        await market.WorkAsync(callsOfEach: size > 64 ? 750 : 25);
        foreach (string direction in (string[])["Upload", "Download", "Echo"])
        {
            await StreamAsync(market, direction, Warmup);
            market.ForgetPeak();
            double before = market.Resident();
            long ahead = await StreamAsync(market, direction, size);
            double peak = market.Resident(peak: true);

            output.WriteLine(
                $"{direction}: {size} MiB, at most {ahead / (double)MiB:0.0} MiB of it under way; the gateway has {before:0.0} MiB "
                + $"before, {peak:0.0} MiB at most");
            Assert.True(
                peak - before <= AllowedGrowth, $"The gateway grew by {peak - before:0.0} MiB in a stream of the kind {direction}.");
        }

        Assert.Equal(market.Payers[0].Signed, await market.AskSignedAsync(market.Payers[0]));
    }

    /// <summary>One stream of so many MiB.</summary>
    /// <returns>How many bytes were under way at most.</returns>
    private static async Task<long> StreamAsync(StreamMarket market, string direction, int size)
    {
        long total = (long)size * MiB;
        var flow = new SlowFlow(total);
        market.Service.Handle = async context =>
        {
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame("begin"));
            switch (direction)
            {
                case "Upload":
                    await flow.ReadAsync(context.Request.Body);
                    break;
                case "Download":
                    await flow.WriteAsync(bytes => context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask());
                    break;
                default:
                    await context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted);
                    break;
            }

            Wire.End(context, 0);
        };

        var body = new DuplexContent();
        using HttpResponseMessage answer = await market.SendAsync(market.Payers[0], direction, body).WithTimeout();
        await using Stream answers = await answer.Content.ReadAsStreamAsync();
        await answers.ReadExactlyAsync(new byte[Wire.Frame("begin").Length]).AsTask().WithTimeout();
        Task sending = direction == "Download" ? Task.CompletedTask : flow.WriteAsync(body.WriteAsync);
        if (direction != "Upload")
        {
            await flow.ReadAsync(answers);
        }

        await sending;
        body.Complete();
        Assert.Equal(0, await answers.ReadAsync(new byte[1]).AsTask().WithTimeout());
        Assert.Equal("0", GrpcReply.One(answer.TrailingHeaders, "grpc-status"));
        Assert.Equal(total, flow.Received);
        return flow.MostAhead;
    }

    /// <summary>Bytes from a sender that hurries to a reader that does not.</summary>
    private sealed class SlowFlow(long total)
    {
        /// <summary>How much the reader takes before it waits again.</summary>
        private const int Portion = 4 * MiB;

        private static readonly TimeSpan s_stuck = TimeSpan.FromMilliseconds(20);
        private static readonly byte[] s_message = Wire.Frame(new byte[MessageBytes - 5]);

        private long _sent;

        public long Received { get; private set; }

        public long MostAhead { get; private set; }

        public async Task WriteAsync(Func<byte[], Task> write)
        {
            while (_sent < total)
            {
                await write(s_message).WithTimeout();
                Interlocked.Add(ref _sent, s_message.Length);
            }
        }

        public async Task ReadAsync(Stream from)
        {
            byte[] buffer = new byte[64 * 1024];
            while (Received < total)
            {
                await UntilStuckAsync();
                MostAhead = Math.Max(MostAhead, Interlocked.Read(ref _sent) - Received);
                for (int taken = 0; taken < Portion && Received < total;)
                {
                    int count = await from.ReadAsync(buffer).AsTask().WithTimeout();
                    Assert.True(count > 0, $"The stream ended after {Received} bytes.");
                    taken += count;
                    Received += count;
                }
            }
        }

        private async Task UntilStuckAsync()
        {
            using var tick = new PeriodicTimer(s_stuck);
            long before = -1;
            while (Interlocked.Read(ref _sent) is var now && now != before && now < total)
            {
                before = now;
                await tick.WaitForNextTickAsync();
            }
        }
    }
}
