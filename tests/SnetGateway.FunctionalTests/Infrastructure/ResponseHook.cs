using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>
/// Runs in the gateway when a service's headers have come and before anything of its body is copied: the one moment that neither the client
/// nor the service can hold. Added to a harness as a service.
/// </summary>
internal sealed class ResponseHook(Func<HttpContext, Task> run) : ITransformProvider
{
    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context) => context.AddResponseTransform(answer => new ValueTask(run(answer.HttpContext)));
}
