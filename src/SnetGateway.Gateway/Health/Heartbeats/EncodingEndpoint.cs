namespace SnetGateway.Gateway.Health.Heartbeats;

/// <summary>
/// `/encoding`: how messages of the service are encoded, as text, which is the reference's answer (docs/protocol/transport.md, 'Plain
/// HTTP'). The service is selected as for `/heartbeat`.
/// </summary>
internal static class EncodingEndpoint
{
    public const string Proto = "proto";
    public const string Json = "json";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        IHeartbeatTargets targets = endpoints.ServiceProvider.GetRequiredService<IHeartbeatTargets>();
        endpoints.MapMethods("/encoding/{**service}", [HttpMethods.Get, HttpMethods.Head], context => RespondAsync(context, targets));
    }

    private static Task RespondAsync(HttpContext context, IHeartbeatTargets targets)
    {
        if (ProbeMiddleware.HasBody(context))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        }

        string name = context.Request.RouteValues["service"] as string ?? string.Empty;
        HeartbeatTargets all = targets.Heartbeats;
        string? encoding = all.Find(HostPattern.AuthorityOf(context.Request), name)?.Encoding ?? (name.Length > 0 ? null : CommonOf(all));
        if (encoding is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = encoding.Length + 1;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(encoding + "\n");
    }

    /// <summary>The encoding of all services, and of a gateway without any; null where they differ.</summary>
    private static string? CommonOf(HeartbeatTargets services)
    {
        string first = services.All is [{ } one, ..] ? one.Encoding : Proto;
        return services.All.All(service => service.Encoding == first) ? first : null;
    }
}
