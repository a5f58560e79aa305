using SnetGateway.GrpcWire.Headers;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// Makes the proxy take every gRPC call for a stream. It does so for the content type `application/grpc` alone, and what it does not take for a
/// stream it sends on when its buffers are full or the request ends: a client that says `application/grpc+proto` and waits for an answer in
/// between would wait for ever. So the proxy reads that type, and the service the client's own.
/// </summary>
internal sealed class RequestTypeTransform : RequestTransform, ITransformProvider
{
    private const string Header = "Content-Type";

    /// <summary>Before the proxy looks: what it shall take for the type. Nothing happens to what it understands.</summary>
    public static void Hide(HttpRequest request)
    {
        if (request.ContentType is { } type && type != GrpcContentType.Grpc)
        {
            request.HttpContext.Features.Set(new OwnType(type));
            request.ContentType = GrpcContentType.Grpc;
        }
    }

    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context) => context.RequestTransforms.Add(this);

    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        if (context.HttpContext.Features.Get<OwnType>() is { } own)
        {
            context.HttpContext.Features.Set<OwnType>(null);
            context.HttpContext.Request.ContentType = own.Value;
            if (context.ProxyRequest.Content is { } content)
            {
                content.Headers.Remove(Header);
                content.Headers.TryAddWithoutValidation(Header, own.Value);
            }
        }

        return default;
    }

    private sealed record OwnType(string Value);
}
