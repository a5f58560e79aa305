using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Statuses;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// Looks at the head of each answer to a gRPC call. Only HTTP 200 with a gRPC content type goes on to <see cref="SettleFirstBody"/>; anything
/// else becomes its status, and its body is thrown away: an error page is no message, and must neither be charged nor delivered.
/// </summary>
internal sealed class ResponseHeadersTransform(TimeProvider time) : ResponseTransform, ITransformProvider
{
    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context) => context.ResponseTransforms.Add(this);

    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        if (context.HttpContext.Features.Get<IHttpResponseBodyFeature>() is not SettleFirstBody call || context.ProxyResponse is not { } answer)
        {
            return default;
        }

        bool hasStatus = answer.Headers.NonValidated.TryGetValues(GrpcHeaderNames.Status, out var statuses);
        if (answer.StatusCode == HttpStatusCode.OK && IsGrpc(answer))
        {
            call.IsGrpcResponse = true;

            // The gateway may end the answer elsewhere than the service announced.
            context.HttpContext.Response.ContentLength = null;
            if (!hasStatus)
            {
                answer.Content = new InitialMetadataContent(answer.Content, call, time);
            }

            return default;
        }

        context.SuppressResponseBody = true;
        call.Fail(hasStatus ? OfStatus(answer, statuses.ToString()) : CallFailures.OfHttpStatus((int)answer.StatusCode));
        return default;
    }

    private static bool IsGrpc(HttpResponseMessage answer) =>
        answer.Content.Headers.NonValidated.TryGetValues("Content-Type", out var types)
        && GrpcContentType.Parse(types.ToString()).Transport == GrpcTransport.Grpc;

    /// <summary>A gRPC server may say its status in an answer of another HTTP status; an OK there is none.</summary>
    private static CallFailure OfStatus(HttpResponseMessage answer, string status)
    {
        if (!GrpcStatusText.TryParse(status, out StatusCode code) || code == StatusCode.OK)
        {
            return CallFailures.OfHttpStatus((int)answer.StatusCode);
        }

        string text = answer.Headers.NonValidated.TryGetValues(GrpcHeaderNames.Message, out var messages) ? messages.ToString() : string.Empty;
        return new CallFailure(new Status(code, GrpcMessage.Decode(text)), FailureCause.Service);
    }
}
