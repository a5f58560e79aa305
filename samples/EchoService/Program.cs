// Example service in C#: plain gRPC on Kestrel, all four call kinds, health checking. It knows nothing of payments.
//   SnetGateway.EchoService [--port N] [--host ADDR] [--name TEXT] [--exit-with-stdin]
// Prints one line of JSON when it is ready; ends on SIGTERM and SIGINT, and with --exit-with-stdin when standard input closes.
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SnetGateway.EchoService;
using SnetGateway.EchoService.Protocol;
using SnetGateway.Grpc.Health;
using SnetGateway.Grpc.Server;
using ServingStatus = SnetGateway.Grpc.Health.HealthCheckResponse.Types.ServingStatus;

var exitWithStdin = args.Contains("--exit-with-stdin");
var configuration = new ConfigurationBuilder().AddCommandLine(args.Where(a => a != "--exit-with-stdin").ToArray()).Build();
var name = configuration["name"] ?? "echo-csharp";

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
    IPAddress.Parse(configuration["host"] ?? "127.0.0.1"),
    configuration.GetValue("port", 0),
    listener => listener.Protocols = HttpProtocols.Http2));
// A test that ends the service does not wait for the calls it left hanging.
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));

var app = builder.Build();
var health = new HealthRegistry();
SetServing(true);
var counts = new CallCounter();
var limits = new GrpcEndpointOptions { MaxRequestBytes = 16 << 20, MaxResponseBytes = int.MaxValue - 56 };

app.MapGrpcHealth(health);
new EchoEndpoints(name, counts, TimeProvider.System).Map(app.MapGrpcService("example.Echo", limits));
var control = app.MapGrpcService("example.EchoControl");
control.MapGrpcUnary<ServingState, ServingState>("SetServing", (state, _) =>
{
    SetServing(state.Serving);
    return ValueTask.FromResult(state);
});
control.MapGrpcUnary<CallsRequest, CallCounts>("GetCalls", (_, _) => ValueTask.FromResult(counts.Read()));

await app.StartAsync();
Console.WriteLine(JsonSerializer.Serialize(new { ready = true, name, port = new Uri(app.Urls.First()).Port, pid = Environment.ProcessId }));
if (exitWithStdin)
{
    _ = StopWithInputAsync(app.Lifetime);
}

await app.WaitForShutdownAsync();

void SetServing(bool serving)
{
    var status = serving ? ServingStatus.Serving : ServingStatus.NotServing;
    health.Set(string.Empty, status);
    health.Set("example.Echo", status);
}

static async Task StopWithInputAsync(IHostApplicationLifetime lifetime)
{
    await using var input = Console.OpenStandardInput();
    await input.CopyToAsync(Stream.Null, lifetime.ApplicationStopping);
    lifetime.StopApplication();
}
