using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>
/// Passes the method and the address to a translator separately. As one URL a client with a longer path could choose where its call goes.
/// The query of a client's URL is dropped.
/// </summary>
internal sealed class TranslatedRequest : RequestTransform, ITransformProvider
{
    private static readonly HttpRequestOptionsKey<TranslatedInput> s_input = new("snet-gateway.input");

    // A destination's address is one string until the configuration changes.
    private readonly ConditionalWeakTable<string, Uri> _addresses = [];

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
        IFeatureCollection features = context.HttpContext.Features;
        TranslatedInput input = features.Get<TranslatedInput>() ?? new TranslatedInput(context.Path.Value ?? string.Empty);
        features.Set(input);
        context.ProxyRequest.Options.Set(s_input, input);
        context.ProxyRequest.RequestUri = _addresses.GetValue(context.DestinationPrefix, static address => new Uri(address));
        return default;
    }

    /// <summary>The method that is called, and its message once it was read; null for a health probe.</summary>
    public static TranslatedInput? InputOf(HttpRequestMessage request) =>
        request.Options.TryGetValue(s_input, out TranslatedInput? input) ? input : null;

    public static string? ContentTypeOf(HttpRequestMessage request) =>
        request.Content?.Headers.NonValidated.TryGetValues("Content-Type", out HeaderStringValues values) == true
            ? values.ToString()
            : null;

    public static string? HeaderOf(HttpRequestMessage request, string name) =>
        request.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.ToString() : null;
}
