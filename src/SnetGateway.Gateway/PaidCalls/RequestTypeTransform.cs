using SnetGateway.GrpcWire.Headers;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// Makes the proxy treat every gRPC call as a stream. It does so for the content type `application/grpc` alone; others it forwards when its
/// buffers are full or the request ends, and a client that sends `application/grpc+proto` and waits for a response before its next message
/// would wait indefinitely. So the proxy sees that type, and the service the client's own.
/// </summary>
internal sealed class RequestTypeTransform : RequestTransform, ITransformProvider
{
    private const string Header = "Content-Type";

    /// <summary>Before the proxy reads it: replaces the type. A type that the proxy knows is left as it is.</summary>
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
