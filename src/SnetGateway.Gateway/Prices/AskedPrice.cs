using Grpc.Core;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using SnetGateway.ProtoJson;
using Yarp.ReverseProxy.Model;

namespace SnetGateway.Gateway.Prices;

/// <summary>The price of one call of a service with dynamic prices. Requested once the payer is known.</summary>
/// <param name="price">The service's prices.</param>
/// <param name="context">The call.</param>
/// <param name="parts">What all requests of prices share.</param>
/// <param name="withheld">Metadata that the service does not get.</param>
/// <param name="maxMessageBytes">The longest message of a request.</param>
internal sealed class AskedPrice(
    DynamicPrice price, HttpContext context, PriceParts parts, IReadOnlySet<string> withheld, int maxMessageBytes) : IPriceSource
{
    public bool WasAsked { get; private set; }

    public async ValueTask<Price> PriceOfAsync(string method, Address payer, CancellationToken cancellationToken)
    {
        IReverseProxyFeature proxy = context.GetReverseProxyFeature();
        string route = proxy.Route.Config.RouteId;
        try
        {
            return await FindPriceMethodAsync(proxy.Cluster.Config.ClusterId, method, cancellationToken) is { } priceMethod
                ? await AskAsync(proxy, method, priceMethod, payer, cancellationToken)
                : await price.Others.PriceOfAsync(method, payer, cancellationToken);
        }
        catch (RpcException failure)
        {
            return Refuse(route, method, failure.Status);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Refuse(route, method, new Status(StatusCode.DeadlineExceeded, "the service did not name the price in time"));
        }
    }

    /// <summary>Null for a method that has none: then the other prices of the service hold.</summary>
    private async ValueTask<string?> FindPriceMethodAsync(string cluster, string method, CancellationToken cancellationToken)
    {
        // Without descriptors it is not known which methods have one.
        IDescriptorSource descriptors = parts.Backends.Backends.Find(cluster)?.Descriptors
            ?? throw new RpcException(new Status(StatusCode.Unavailable, "the service's methods are not described"));
        ProtoSchema schema = await descriptors.GetAsync(method, cancellationToken);
        return PriceMethods.Of(schema).ByMethod.GetValueOrDefault(method);
    }

    private async ValueTask<Price> AskAsync(
        IReverseProxyFeature proxy, string method, string priceMethod, Address payer, CancellationToken cancellationToken)
    {
        if (!GrpcContentType.Parse(context.Request.ContentType).IsGrpcProto)
        {
            throw new RpcException(new Status(StatusCode.Unimplemented, "the price of a call is requested with protobuf messages only"));
        }

        (ClusterModel cluster, IReadOnlyList<DestinationState> instances) = FindCluster(proxy);
        DynamicPriceOptions options = price.Options;
        using var timeout = new CancellationTokenSource(options.Timeout, parts.Time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using IDisposable slot = await price.Slots.EnterAsync(payer, ended.Token);
        ReadOnlyMemory<byte> frame = await FirstMessage.ReadAsync(context.Request, maxMessageBytes, ended.Token);
        List<KeyValuePair<string, string>> metadata = PriceMetadata.Of(context.Request.Headers, withheld);
        Bytes32 key = price.Cache is null ? default
            : PriceCache.KeyOf(cluster.Config.ClusterId, method, priceMethod, metadata, frame.Span);
        if (price.Cache?.TryFind(key, parts.Time, out UInt256 kept) == true)
        {
            return Price.Of(kept);
        }

        string? encoding = context.Request.Headers[GrpcHeaderNames.Encoding];
        var question = new PriceQuestion(cluster, instances, priceMethod, metadata, encoding, frame);
        WasAsked = true;
        var cogs = UInt256.FromUInt64(await parts.Requests.AskAsync(question, options.Timeout, ended.Token));
        if (cogs > price.MaxCogs)
        {
            throw new RpcException(new Status(StatusCode.OutOfRange, $"the service named a price of {cogs}, above the limit"));
        }

        price.Cache?.Add(key, cogs, parts.Time);
        return Price.Of(cogs);
    }

    private (ClusterModel Cluster, IReadOnlyList<DestinationState> Instances) FindCluster(IReverseProxyFeature proxy)
    {
        if (string.IsNullOrEmpty(price.Options.Cluster))
        {
            return (proxy.Cluster, proxy.AvailableDestinations);
        }

        return parts.Clusters.TryGetCluster(price.Options.Cluster, out ClusterState? cluster)
            ? (cluster.Model, cluster.DestinationsState.AvailableDestinations)
            : throw new RpcException(new Status(StatusCode.Unavailable, "no instance of the service is available"));
    }

    private Price Refuse(string route, string method, Status status)
    {
        PaymentRefusal refusal = Refusals.PriceNotDetermined(status.StatusCode.ToString(), status.Detail);
        if (parts.Throttle.TryTake(out long suppressed))
        {
            PriceLog.PriceNotDetermined(parts.Logger, method, route, status.StatusCode, PrintableText.Of(status.Detail), suppressed);
        }

        return Price.Refused(refusal);
    }
}
