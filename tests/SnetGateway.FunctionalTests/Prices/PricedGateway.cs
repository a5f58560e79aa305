using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using SnetGateway.FunctionalTests.Attacks;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Prices;
using SnetGateway.Payments;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Values;
using SnetGateway.ProtoJson;

namespace SnetGateway.FunctionalTests.Prices;

/// <summary>
/// The gateway with its real money, and a service that names the price of `/priced.Words/Count`: one cog for each byte of the first
/// message, unless the test says otherwise. Its other methods cost <see cref="OtherPrice"/>.
/// </summary>
internal sealed class PricedGateway : IAsyncDisposable
{
    public const string Method = "/words.Words/Count";
    public const string OtherMethod = "/words.Words/List";
    public const string PriceMethod = "/words.Words/Price";
    public const ulong OtherPrice = 3;

    private const string Proto = $$"""
        syntax = "proto3"; package words; import "google/protobuf/descriptor.proto";
        message Text { string text = 1; }
        message PriceInCogs { uint64 price = 1; }
        message EstimatePrice { string estimatePriceMethod = 1; }
        extend google.protobuf.MethodOptions { EstimatePrice price = 9999127; }
        service Words {
          rpc Count(stream Text) returns (stream Text) { option (words.price).estimatePriceMethod = "{{PriceMethod}}"; }
          rpc List(Text) returns (Text);
          rpc Price(Text) returns (PriceInCogs);
        }
        """;

    private PricedGateway(AttackGateway money)
    {
        Money = money;
        money.Harness.Service.Handle = ServeAsync;
    }

    public AttackGateway Money { get; }

    /// <summary>Requests of the price method.</summary>
    public ConcurrentQueue<PriceRequest> Asked { get; } = new();

    /// <summary>How the price method responds.</summary>
    public Func<HttpContext, byte[], Task> NamePrice { get; set; } = (context, body) => RespondAsync(context, (ulong)body.Length - 5);

    public static async Task<PricedGateway> StartAsync(
        DynamicPriceOptions? options = null, Dictionary<string, string?>? settings = null, PaidCallOptions? calls = null)
    {
        var all = new Dictionary<string, string?>(settings ?? [])
        {
            ["ReverseProxy:Routes:words:ClusterId"] = settings?.GetValueOrDefault("cluster") ?? "echo",
            ["ReverseProxy:Routes:words:Match:Path"] = "/words.Words/{method}",
            ["ReverseProxy:Routes:words:Metadata:Service"] = "words",
        };
        var service = new PaidService(
            "words", AttackGateway.Group, new DynamicPrice(options ?? new DynamicPriceOptions(), new FixedPrice(OtherPrice)));
        var descriptors = new FixedDescriptors(await CompileAsync());
        var backends = new ClusterBackends(
            [.. new[] { "echo", "words" }.Select(name => new ClusterBackend(name, new ClusterBackendOptions(), descriptors))]);
        return new PricedGateway(
            await AttackGateway.StartAsync(calls, settings: all, services: [service], backends: backends));
    }

    /// <summary>The response of a price method.</summary>
    public static async Task RespondAsync(HttpContext context, ulong price)
    {
        Wire.Begin(context);
        await Wire.SendAsync(context, Wire.Frame(new PriceInCogs { Price = price }.ToByteArray()));
        Wire.End(context, 0);
    }

    /// <summary>A call, paid by an amount.</summary>
    public Task<RawReply> CallAsync(
        ChannelId id, UInt256 amount, string text = "word", string method = Method, params (string Name, string Value)[] headers) =>
        Money.Client.CallAsync([.. AttackGateway.Pay(id, amount, path: method), .. headers], Wire.Frame(text));

    public async Task ServeAsync(HttpContext context)
    {
        if (context.Request.Path != PriceMethod)
        {
            await Wire.EchoAsync(context);
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Asked.Enqueue(new PriceRequest(
            body.ToArray(), context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        await NamePrice(context, body.ToArray());
    }

    public ValueTask DisposeAsync() => Money.DisposeAsync();

    private static async Task<ProtoSchema> CompileAsync()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("snet-priced-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "words.proto"), Proto);
            return await ProtoTool.Compiler().CompileFolderAsync(folder.FullName, CancellationToken.None);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

/// <summary>What a price method was sent.</summary>
internal sealed record PriceRequest(byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    public string Text => Encoding.UTF8.GetString(Body.AsSpan(5));
}
