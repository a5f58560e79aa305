using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Refusal;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidCalls;

/// <summary>
/// Services that answer in every wrong way at random, stores that refuse, clients that leave: whoever received a byte of a message or an OK
/// has paid, and who has not paid received neither. One seed replays a run.
/// </summary>
public sealed class GrantModelTests(ITestOutputHelper output)
{
    private const int Calls = 400;

    [Fact]
    public async Task NobodyIsGrantedUnpaid()
    {
        int seed = Seeds.Next(output.WriteLine);
        await using GatewayHarness gateway =
            await GatewayHarness.StartAsync(new() { ["SnetGateway:Limits:MaxResponseMessageBytes"] = "100000" });
        gateway.Service.Handle = AnswerAsync;
        int granted = 0, refused = 0;
        for (int call = 0; call < Calls; call++)
        {
            var random = new Random(HashCode.Combine(seed, call));
            bool settles = random.Next(4) != 0;
            ScriptedReservation? reservation = null;
            gateway.Admit = (_, _, _) =>
            {
                reservation = new ScriptedReservation(GatewayHarness.Payer)
                {
                    OnSettle = async () =>
                    {
                        await Task.Yield();
                        return settles ? null : Refusals.NotRecorded();
                    },
                };
                gateway.Reservations.Enqueue(reservation);
                return new(AdmissionResult.Of(reservation));
            };
            (int bytes, int? status) = await CallAsync(gateway, random.Next(), leaves: random.Next(5) == 0, random.Next(40));
            string end = await reservation!.Ended.WithTimeout();
            bool isGranted = bytes > 0 || status == 0;
            string story = $"seed {seed}, call {call}: {bytes} bytes, status {status}, {end}";
            Assert.True(!isGranted || end == "settled", "Granted unpaid: " + story);
            Assert.True(end != "settled" || settles, "Settled against the store: " + story);
            granted += isGranted ? 1 : 0;
            refused += end == "refused" ? 1 : 0;
        }

        output.WriteLine($"{granted} of {Calls} granted, {refused} refused at the settle");
        Assert.InRange(granted, 1, Calls - 1);
        Assert.InRange(refused, 1, Calls - 1);
    }

    private static async Task<(int Bytes, int? Status)> CallAsync(GatewayHarness gateway, int script, bool leaves, int leaveAfter)
    {
        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers["script"] = script.ToString(System.Globalization.CultureInfo.InvariantCulture);
        int bytes = 0;
        try
        {
            using HttpResponseMessage response = await gateway.SendAsync(
                gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), headers)).WithTimeout();
            await using Stream answer = await response.Content.ReadAsStreamAsync().WithTimeout();
            byte[] buffer = new byte[leaves ? 8 : 4096];
            while (!leaves || bytes < leaveAfter)
            {
                int count = await answer.ReadAsync(buffer).AsTask().WithTimeout();
                if (count == 0)
                {
                    string? text = GrpcReply.One(response.TrailingHeaders, "grpc-status") ?? GrpcReply.One(response.Headers, "grpc-status");
                    Assert.NotNull(text);
                    return (bytes, int.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
                }

                bytes += count;
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            Assert.Fail($"A call ended without a status: {exception}");
        }

        return (bytes, null);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var random = new Random(int.Parse(context.Request.Headers["script"]!, System.Globalization.CultureInfo.InvariantCulture));
        context.Response.ContentType = random.Next(10) switch
        {
            0 => "text/html",
            1 => "application/grpc+proto",
            _ => Wire.ContentType,
        };
        context.Response.StatusCode = random.Next(12) switch
        {
            0 => 503,
            1 => 404,
            _ => 200,
        };
        string status = random.Next(8) switch
        {
            0 => "7",
            1 => "+0",
            2 => "00",
            3 => "x",
            _ => "0",
        };
        if (random.Next(6) == 0)
        {
            context.Response.Headers["grpc-status"] = status;
        }

        if (random.Next(4) == 0)
        {
            await context.Response.Body.FlushAsync();
        }

        byte[] body = Body(random);
        for (int at = 0; at < body.Length;)
        {
            int length = Math.Min(body.Length - at, random.Next(1, Math.Max(2, body.Length)));
            await context.Response.Body.WriteAsync(body.AsMemory(at, length));
            at += length;
            if (random.Next(30) == 0)
            {
                context.Features.Get<IHttpResetFeature>()!.Reset(random.Next(14));
                return;
            }
        }

        if (random.Next(8) != 0)
        {
            context.Response.AppendTrailer("grpc-status", status);
        }

        if (random.Next(10) == 0)
        {
            context.Response.AppendTrailer("grpc-status", "0");
        }
    }

    private static byte[] Body(Random random)
    {
        var body = new List<byte>();
        for (int message = random.Next(4); message > 0; message--)
        {
            int length = random.Next(5) switch
            {
                0 => 0,
                1 => random.Next(60_000, 70_000),
                2 => random.Next(99_990, 100_010),
                _ => random.Next(100),
            };
            body.AddRange(Wire.Frame(new byte[length]));
        }

        switch (random.Next(8))
        {
            case 0:
                body.AddRange(Wire.Frame("half a frame")[..random.Next(1, 16)]);
                break;
            case 1:
                body.AddRange("garbage"u8);
                break;
        }

        return [.. body];
    }
}
