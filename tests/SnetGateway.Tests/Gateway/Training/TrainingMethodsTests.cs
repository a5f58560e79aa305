using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Control.Training;
using SnetGateway.TestKit;
using SnetGateway.Tests.Gateway.Configuration;
using Xunit;

namespace SnetGateway.Tests.Gateway.Training;

/// <summary>What the heartbeat of a service says of its training.</summary>
public sealed class TrainingMethodsTests
{
    private const string Address = "SnetGateway:Services:translate:Training:Address";
    private const string Descriptors = "SnetGateway:Backends:Clusters:translate:Descriptors";

    private readonly TestTimeProvider _time = new();

    /// <summary>The folder imports the protocol's file and does not have it. The second cluster has the same methods.</summary>
    [Fact]
    public async Task Report_NamesEachMethodThatTakesAModel_Once()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("snet-training-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "art.proto"), """
                syntax = "proto3";
                package art;
                import "training.proto";
                message Picture { training.ModelID model = 1; }
                service Art {
                  rpc Draw(Picture) returns (Picture);
                  rpc Models(training.ModelID) returns (Picture);
                }
                """);
            TrainingMethods methods = await ReadAsync(
                ($"{Descriptors}:ProtoFolder", folder.FullName),
                ("SnetGateway:Backends:Clusters:canary:Descriptors:ProtoFolder", folder.FullName),
                ("ReverseProxy:Routes:canary:ClusterId", "canary"),
                ("ReverseProxy:Routes:canary:Match:Path", "/art.Art/{method}"),
                ("ReverseProxy:Routes:canary:Metadata:Service", "translate"),
                ("ReverseProxy:Clusters:canary:Destinations:one:Address", "http://127.0.0.1:7004"));

            Assert.Equal(
                """{"trainingEnabled":true,"trainingInProto":true,"trainingMethods":{"Art":["Draw"]}}""", await ReportAsync(methods));
            Assert.Null(await methods.ReportAsync("draw"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Report_OfAServiceThatDoesNotSayItsMethods_IsMadeAfterASecond()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        TrainingMethods methods = await ReadAsync(($"{Descriptors}:ReflectionAddress", $"http://{silent.LocalEndpoint}"));

        Task<string> report = ReportAsync(methods);
        await _time.WhenArmedAsync();
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(
            """{"trainingEnabled":true,"trainingInProto":false,"trainingMethods":{}}""", await report.WaitAsync(GrpcTestHost.Patience));
    }

    private static async Task<string> ReportAsync(TrainingMethods methods) =>
        (await methods.ReportAsync("translate") ?? new JsonObject()).ToJsonString();

    private async ValueTask<TrainingMethods> ReadAsync(params (string Key, string Value)[] more)
    {
        Dictionary<string, string?> values = Samples.Good();
        values[Address] = "http://127.0.0.1:7003";
        foreach ((string key, string value) in more)
        {
            values[key] = value;
        }

        ConfigurationResult result = await Samples.ReadAsync(values);
        Assert.Empty(result.Errors);
        return new TrainingMethods(new LiveSnapshot(result.Snapshot!), _time);
    }
}
