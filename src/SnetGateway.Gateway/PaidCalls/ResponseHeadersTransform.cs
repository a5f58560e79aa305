using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Statuses;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// Reads the headers of each response to a gRPC call. Only HTTP 200 with a gRPC content type continues to <see cref="SettleFirstBody"/>
/// (rule 18); anything else becomes a status and its body is dropped: an error page is not a message, and must neither be charged nor
/// delivered.
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
        if (context.HttpContext.Features.Get<IHttpResponseBodyFeature>() is not SettleFirstBody body
            || context.ProxyResponse is not { } response)
        {
            return default;
        }

        ForwardedCall call = body.Call;
        bool hasStatus = response.Headers.NonValidated.TryGetValues(GrpcHeaderNames.Status, out HeaderStringValues statuses);
        if (response.StatusCode == HttpStatusCode.OK && IsGrpc(response))
        {
            call.IsGrpcResponse = true;

            // The gateway may end the response earlier than the service announced.
            context.HttpContext.Response.ContentLength = null;
            if (!hasStatus)
            {
                response.Content = new InitialMetadataContent(response.Content, body, time);
            }

            return default;
        }

        context.SuppressResponseBody = true;
        call.Fail(hasStatus ? OfStatus(response, statuses.ToString()) : CallFailures.OfHttpStatus((int)response.StatusCode));
        return default;
    }

    private static bool IsGrpc(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out HeaderStringValues types)
        && GrpcContentType.Parse(types.ToString()).Transport == GrpcTransport.Grpc;

    /// <summary>A gRPC server may send its status in a response of another HTTP status; an OK there does not count.</summary>
    private static CallFailure OfStatus(HttpResponseMessage response, string status)
    {
        if (!GrpcStatusText.TryParse(status, out StatusCode code) || code == StatusCode.OK)
        {
            return CallFailures.OfHttpStatus((int)response.StatusCode);
        }

        bool hasText = response.Headers.NonValidated.TryGetValues(GrpcHeaderNames.Message, out HeaderStringValues messages);
        return new CallFailure(new Status(code, hasText ? GrpcMessage.Decode(messages.ToString()) : string.Empty), FailureCause.Service);
    }
}
