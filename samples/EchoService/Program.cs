// Example service in C#: plain gRPC on Kestrel, all four call kinds, health checking, and methods that name the price of others. It knows
// nothing of payments.
//   SnetGateway.EchoService [--port N] [--host ADDR] [--name TEXT] [--exit-with-stdin]
// Prints one line of JSON when it is ready; ends on SIGTERM and SIGINT, and with --exit-with-stdin when standard input closes.
using System.Net;
using System.Text.Json;
using Grpc.HealthCheck;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SnetGateway.EchoService;

bool exitWithStdin = args.Contains("--exit-with-stdin");
IConfigurationRoot configuration = new ConfigurationBuilder().AddCommandLine(args.Where(a => a != "--exit-with-stdin").ToArray()).Build();
string name = configuration["name"] ?? "echo-csharp";

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
    IPAddress.Parse(configuration["host"] ?? "127.0.0.1"),
    configuration.GetValue("port", 0),
    listener => listener.Protocols = HttpProtocols.Http2));
// A test that ends the service does not wait for the calls it left hanging.
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));

var counts = new CallCounter();
var health = new HealthServiceImpl();
ControlMethods.SetServing(health, true);
builder.Services.AddSingleton(new EchoMethods(name, counts, TimeProvider.System));
builder.Services.AddSingleton(new ControlMethods(health, counts));
builder.Services.AddSingleton(health);
builder.Services.AddGrpc(grpc => (grpc.MaxReceiveMessageSize, grpc.MaxSendMessageSize) = (16 << 20, null));

WebApplication app = builder.Build();
app.MapGrpcService<EchoMethods>();
app.MapGrpcService<ControlMethods>();
app.MapGrpcService<SummaryMethods>();
app.MapGrpcService<HealthServiceImpl>();
await app.StartAsync();
Console.WriteLine(JsonSerializer.Serialize(new { ready = true, name, port = new Uri(app.Urls.First()).Port, pid = Environment.ProcessId }));
if (exitWithStdin)
{
    _ = StopWithInputAsync(app.Lifetime);
}

await app.WaitForShutdownAsync();

static async Task StopWithInputAsync(IHostApplicationLifetime lifetime)
{
    await using Stream input = Console.OpenStandardInput();
    await input.CopyToAsync(Stream.Null, lifetime.ApplicationStopping);
    lifetime.StopApplication();
}
