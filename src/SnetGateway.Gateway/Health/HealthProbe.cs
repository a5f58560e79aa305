using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using SnetGateway.Gateway.Backends;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Messages;
using SnetGateway.GrpcWire.Statuses;

namespace SnetGateway.Gateway.Health;

/// <summary>A call of `grpc.health.v1.Health/Check` to one instance, in the form that YARP's health checks send.</summary>
internal static class HealthProbe
{
    private const string Method = "/grpc.health.v1.Health/Check";

    /// <summary>The response is a number in a message; a longer one is invalid.</summary>
    private const int LongestResponse = 1024;

    private static readonly MediaTypeHeaderValue s_grpcType = new(GrpcContentType.Grpc);

    /// <summary>A probe of one instance.</summary>
    /// <param name="instance">Its address.</param>
    /// <param name="service">The service name in the request; empty for the whole server.</param>
    /// <param name="missingIsHealthy">Whether an instance without a health service is healthy.</param>
    public static HttpRequestMessage CreateRequest(Uri instance, string service, bool missingIsHealthy)
    {
        byte[] message = new HealthCheckRequest { Service = service }.ToByteArray();
        return new ProbeRequest(new Uri(instance, Method), IsHealthyAsync)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(SingleMessage.Write(message)) { Headers = { ContentType = s_grpcType } },
        };

        Task<bool> IsHealthyAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
            HealthProbe.IsHealthyAsync(response, missingIsHealthy, cancellationToken);
    }

    /// <summary>Whether a body is one message `HealthCheckResponse { status: SERVING }`; other fields are ignored.</summary>
    internal static bool IsServing(ReadOnlyMemory<byte> body)
    {
        try
        {
            ReadOnlyMemory<byte> message = SingleMessage.Read(body, encoding: null, LongestResponse);
            return HealthCheckResponse.Parser.ParseFrom(message.Span).Status == HealthCheckResponse.Types.ServingStatus.Serving;
        }
        catch (Exception invalid) when (invalid is RpcException or InvalidProtocolBufferException)
        {
            return false;
        }
    }

    private static async Task<bool> IsHealthyAsync(HttpResponseMessage response, bool missingIsHealthy, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = await ReadAsync(response, cancellationToken);
        string? status = Header(response.TrailingHeaders, GrpcHeaderNames.Status) ?? Header(response.Headers, GrpcHeaderNames.Status);
        return response.StatusCode == HttpStatusCode.OK && GrpcStatusText.TryParse(status, out StatusCode code) && code switch
        {
            StatusCode.OK => IsServing(body),
            StatusCode.Unimplemented => missingIsHealthy,
            _ => false,
        };
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        byte[] bytes = new byte[LongestResponse];
        int count = await stream.ReadAtLeastAsync(bytes, LongestResponse, throwOnEndOfStream: false, cancellationToken);
        return bytes.AsMemory(0, count);
    }

    private static string? Header(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.ToString() : null;
}
