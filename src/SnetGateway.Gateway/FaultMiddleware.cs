using SnetGateway.Gateway.PaidCalls;
using SnetGateway.GrpcWire.Headers;

namespace SnetGateway.Gateway;

/// <summary>
/// Handles the exceptions of everything inside, routing included: otherwise the server would respond with an HTTP status that no gRPC
/// client expects.
/// </summary>
internal sealed class FaultMiddleware(RequestDelegate next, ILogger<FaultMiddleware> logger)
{
    public Task InvokeAsync(HttpContext context)
    {
        Task running;
        try
        {
            running = next(context);
        }
        catch (Exception e)
        {
            running = Task.FromException(e);
        }

        // A proxied call in progress handles its own failures, and awaiting it here would cost each call an allocation.
        return running.IsCompletedSuccessfully
            || (!running.IsCompleted && context.GetEndpoint()?.Metadata.GetMetadata<PaidRoute>() is not null)
            ? running
            : WatchAsync(context, running);
    }

    private async Task WatchAsync(HttpContext context, Task running)
    {
        try
        {
            await running;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The client disconnected.
            context.Abort();
        }
        catch (Exception e) when (e is not BadHttpRequestException) // the server responds to those, with the status that they name
        {
            GatewayLog.RequestFaulted(logger, context.Request.Path, e);
            if (context.Response.HasStarted)
            {
                context.Abort();
            }
            else if (GrpcContentType.Parse(context.Request.ContentType).Transport != GrpcTransport.None)
            {
                GrpcStatusWriter.TryWrite(context, CallFailures.Fault.Status);
            }
            else
            {
                context.Response.Clear();
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }
        }
    }
}
