using System.Text;
using System.Text.Json.Nodes;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Catalog;
using SnetGateway.ProtoJson;
using SnetGateway.TestKit;

namespace SnetGateway.FunctionalTests.Backends;

/// <summary>
/// The gateway's wire with a translated service behind it, and a client that writes and reads messages by their descriptors.
/// </summary>
internal sealed class TranslatorRig(GatewayHarness harness, ProtoSchema schema, Action<ClusterBackendOptions> reload) : IAsyncDisposable
{
    private const string JsonType = "application/grpc+json";

    private static readonly Lazy<Task<IDescriptorSource>> s_descriptors = new(LoadAsync);

    public GatewayHarness Harness => harness;

    public static async Task<TranslatorRig> StartAsync(
        string kind, Uri service, ClusterBackendOptions? options = null, Dictionary<string, string?>? settings = null)
    {
        IDescriptorSource descriptors = await s_descriptors.Value;
        GatewaySnapshot Snapshot(ClusterBackendOptions now) =>
            GatewayHarness.Snapshot(backends: new ClusterBackends([new ClusterBackend("echo", now, descriptors)]));
        var live = new LiveSnapshot(Snapshot(options ?? new ClusterBackendOptions()));
        Dictionary<string, string?> all = new(settings ?? [])
        {
            ["ReverseProxy:Clusters:echo:Metadata:Backend"] = kind,
            ["ReverseProxy:Clusters:echo:Destinations:one:Address"] = service.ToString(),
        };
        GatewayHarness harness = await GatewayHarness.StartAsync(all, live: live);
        return new TranslatorRig(
            harness, descriptors.Known!, changed => live.Swap(Snapshot(changed)));
    }

    /// <summary>A program that speaks JSON as the service.</summary>
    public static Task<TranslatorRig> StartProgramAsync(
        ProgramFolder folder, string command, string output = "Message", params (string Key, string Value)[] more) =>
        StartAsync("process", new Uri("process://test"), settings: new(
            more.Select(pair => KeyValuePair.Create("SnetGateway:Processes:Programs:test:" + pair.Key, (string?)pair.Value)))
        {
            ["SnetGateway:Processes:Programs:test:Command"] = command,
            ["SnetGateway:Processes:Programs:test:WorkingDirectory"] = folder.Path,
            ["SnetGateway:Processes:Programs:test:Messages"] = more.Any(pair => pair.Key == "Messages") ? "Raw" : "Json",
            ["SnetGateway:Processes:Programs:test:Output"] = output,
        });

    /// <summary>Other options from now on, as a reload of the configuration brings them.</summary>
    public void Reload(ClusterBackendOptions options) => reload(options);

    public byte[] Encode(string method, string json) =>
        new ProtoJsonConverter(schema).ToProtobuf(Method(method).Input, Encoding.UTF8.GetBytes(json));

    public JsonNode Decode(string method, byte[] message) =>
        JsonNode.Parse(
            new ProtoJsonConverter(schema, new ProtoJsonOptions { OriginalNames = true }).ToJson(Method(method).Output, message))!;

    /// <summary>A paid call with a protobuf message, given as JSON.</summary>
    public Task<GrpcReply> CallAsync(string method, string json) => CallAsync(method, Wire.Frame(Encode(method, json)));

    public Task<GrpcReply> CallAsync(string method, byte[] body, params (string Name, string Value)[] headers) =>
        harness.CallAsync(
            body, GatewayHarness.Payment().Concat(headers.Select(header => KeyValuePair.Create(header.Name, header.Value))), Path(method));

    /// <summary>A paid call of a client that speaks JSON.</summary>
    public async Task<GrpcReply> CallJsonAsync(string method, string json)
    {
        HttpRequestMessage request = harness.Request(Path(method), new ByteArrayContent(Wire.Frame(json)), GatewayHarness.Payment());
        request.Content!.Headers.Remove("content-type");
        request.Content.Headers.TryAddWithoutValidation("content-type", JsonType);
        using HttpResponseMessage response = await harness.SendAsync(request).WithTimeout();
        return await GrpcReply.ReadAsync(response).WithTimeout();
    }

    /// <summary>The answer to a paid call that must succeed, as JSON with the names of the proto file.</summary>
    public async Task<JsonNode> AskAsync(string method, string json)
    {
        GrpcReply reply = await CallAsync(method, json);
        return reply.Status == 0
            ? Decode(method, reply.Messages.Single())
            : throw new InvalidOperationException($"{reply.Status}: {reply.Message}");
    }

    public ValueTask DisposeAsync() => harness.DisposeAsync();

    public static string Path(string method) => "/test.Echo/" + method;

    private ProtoMethod Method(string method) => schema.FindMethod(Path(method)) ?? throw new ArgumentException(method);

    private static async Task<IDescriptorSource> LoadAsync() => (await new DescriptorLoader(TimeProvider.System).LoadAsync(
        new DescriptorOptions { ProtoFolder = RepositoryFiles.PathOf("tests/backends/proto") }, CancellationToken.None))!;
}
