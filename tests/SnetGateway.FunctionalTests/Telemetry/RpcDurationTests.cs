using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Refusal;
using Xunit;

namespace SnetGateway.FunctionalTests.Telemetry;

/// <summary>The series that calls make: names and statuses that are sent do not add any.</summary>
public sealed class RpcDurationTests : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, int> _series = new();
    private readonly ConcurrentDictionary<string, double> _money = new();
    private readonly MeterListener _listener = new();
    private GatewayHarness _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayHarness.StartAsync();
        IMeterFactory meters = _gateway.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name is "rpc.server.call.duration" or "snet_gateway.earned")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            string key = string.Join(' ', tags.ToArray().Select(tag => tag.Value));
            if (instrument.Name == "snet_gateway.earned")
            {
                _money.AddOrUpdate(key, value, (_, sum) => sum + value);
            }
            else
            {
                _series.AddOrUpdate(key, 1, (_, calls) => calls + 1);
            }
        });
        _listener.Start();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task InventedMethods_MakeOneSeries()
    {
        _gateway.Service.Handle = context => EndAsync(context, 12);
        for (int call = 0; call < 100; call++)
        {
            await CallAsync($"/test.Echo/Invented{call}");
        }

        Assert.Equal("grpc _OTHER UNIMPLEMENTED echo=100", Series());
        Assert.Empty(_money);
    }

    [Fact]
    public async Task MethodIsNamed_OnceACallOfItEndedOk()
    {
        _gateway.Service.Handle = context => EndAsync(context, 5);
        await CallAsync(GatewayHarness.Method);
        _gateway.Service.Handle = context => EndAsync(context, 0);
        await CallAsync(GatewayHarness.Method);
        _gateway.Service.Handle = context => EndAsync(context, 5);
        await CallAsync(GatewayHarness.Method);
        Assert.Equal(
            "grpc _OTHER NOT_FOUND echo=1; grpc test.Echo/Call NOT_FOUND echo=1; grpc test.Echo/Call OK echo=1", Series());
    }

    [Fact]
    public async Task ServiceThatAnswersOkToEveryName_MakesABoundedNumberOfSeries()
    {
        _gateway.Service.Handle = context => EndAsync(context, 0);
        for (int call = 0; call < 100; call++)
        {
            await CallAsync($"/test.Echo/Invented{call}");
        }

        Assert.Equal(65, _series.Count);
        Assert.Equal(36, _series["grpc _OTHER OK echo"]);
    }

    [Theory]
    [InlineData(1000, "1000")]
    [InlineData(17, "UNKNOWN")]
    [InlineData(123456, "UNKNOWN")]
    public async Task StatusesBeyondThoseOfGrpc_MakeNoFurtherSeries(int status, string name)
    {
        _gateway.Service.Handle = context => EndAsync(context, status);
        await CallAsync(GatewayHarness.Method);
        Assert.Equal($"grpc _OTHER {name} echo=1", Series());
    }

    [Fact]
    public async Task RefusedCall_IsCounted_AndEarnsNothing()
    {
        _gateway.Admit = (_, _, _) => new(Payments.Admission.AdmissionResult.Refused(Refusals.SignatureInvalid()));
        await CallAsync(GatewayHarness.Method);
        Assert.Equal("grpc _OTHER UNAUTHENTICATED echo=1", Series());
        Assert.Empty(_money);
    }

    private static async Task EndAsync(HttpContext context, int status)
    {
        await Wire.ReadAllAsync(context);
        context.Response.ContentType = Wire.ContentType;
        context.Response.AppendTrailer("grpc-status", $"{status}");
    }

    /// <summary>The duration is known when the client already has its response.</summary>
    private async Task CallAsync(string method)
    {
        int before = _series.Values.Sum();
        await _gateway.CallAsync(Wire.Frame("x"), method: method);
        await Eventually.TrueAsync(() => _series.Values.Sum() > before);
    }

    private string Series() =>
        string.Join("; ", _series.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}={one.Value}"));
}
