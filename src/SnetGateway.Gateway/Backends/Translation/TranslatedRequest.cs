using System.Net.Http.Headers;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>
/// Passes the method and the address to a translator separately. As one URL a client with a longer path could choose where its call goes.
/// The query of a client's URL is dropped.
/// </summary>
internal sealed class TranslatedRequest : RequestTransform, ITransformProvider
{
    private static readonly HttpRequestOptionsKey<string> s_method = new("snet-gateway.method");

    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context)
    {
        if (BackendKind.Of(context.Cluster?.Metadata) is BackendKind.JsonRpc or BackendKind.Http or BackendKind.Process)
        {
            context.RequestTransforms.Add(this);
        }
    }

    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        context.ProxyRequest.Options.Set(s_method, context.Path.Value ?? string.Empty);
        context.ProxyRequest.RequestUri = new Uri(context.DestinationPrefix);
        return default;
    }

    /// <summary>The path of the method that is called, `/package.Service/Method`; null for a health probe.</summary>
    public static string? MethodOf(HttpRequestMessage request) => request.Options.TryGetValue(s_method, out string? method) ? method : null;

    public static string? ContentTypeOf(HttpRequestMessage request) =>
        request.Content?.Headers.NonValidated.TryGetValues("Content-Type", out HeaderStringValues values) == true
            ? values.ToString()
            : null;

    public static string? HeaderOf(HttpRequestMessage request, string name) =>
        request.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.ToString() : null;
}
