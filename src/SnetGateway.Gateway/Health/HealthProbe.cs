using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using SnetGateway.GrpcWire.Frames;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Statuses;

namespace SnetGateway.Gateway.Health;

/// <summary>A call of `grpc.health.v1.Health/Check`, and the reading of its response.</summary>
internal static class HealthProbe
{
    private const string Method = "/grpc.health.v1.Health/Check";

    /// <summary>The response is a number in a message; a longer one is invalid.</summary>
    private const int LongestResponse = 1024;

    private static readonly MediaTypeHeaderValue GrpcType = new(GrpcContentType.Grpc);

    /// <summary>Whether only a health service can pass this probe.</summary>
    public static bool MustExist(HttpRequestMessage request) => request is ProbeRequest { MustExist: true };

    /// <summary>A probe of one instance.</summary>
    /// <param name="instance">Its address.</param>
    /// <param name="service">The service name in the request; empty for the whole server.</param>
    /// <param name="mustExist">Whether an instance without a health service counts as unhealthy even where the option says otherwise.</param>
    public static HttpRequestMessage CreateRequest(Uri instance, string service, bool mustExist = false)
    {
        return new ProbeRequest(new Uri(instance, Method), mustExist)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Encode(service)) { Headers = { ContentType = GrpcType } },
        };
    }

    /// <summary>Whether the instance serves, or has no health service and the option counts that as healthy.</summary>
    public static async Task<bool> IsHealthyAsync(HttpResponseMessage answer, bool missingIsHealthy, CancellationToken cancellationToken)
    {
        byte[] body = await ReadAsync(answer, cancellationToken);
        string? status = Header(answer.TrailingHeaders, GrpcHeaderNames.Status) ?? Header(answer.Headers, GrpcHeaderNames.Status);
        if (answer.StatusCode != HttpStatusCode.OK || !GrpcStatusText.TryParse(status, out StatusCode code))
        {
            return false;
        }

        return code switch
        {
            StatusCode.OK => IsServing(body),
            StatusCode.Unimplemented => missingIsHealthy,
            _ => false,
        };
    }

    /// <summary>Whether a frame holds `HealthCheckResponse { status: SERVING }`; other fields are ignored.</summary>
    internal static bool IsServing(ReadOnlySpan<byte> frame)
    {
        if (!FrameHeader.TryRead(frame, out FrameHeader header) || header.IsCompressed || header.Length != frame.Length - FrameHeader.Size)
        {
            return false;
        }

        try
        {
            return HealthCheckResponse.Parser.ParseFrom(frame[FrameHeader.Size..]).Status == HealthCheckResponse.Types.ServingStatus.Serving;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    private static byte[] Encode(string service)
    {
        var request = new HealthCheckRequest { Service = service };
        int length = request.CalculateSize();
        var frame = new byte[FrameHeader.Size + length];
        new FrameHeader(IsCompressed: false, (uint)length).Write(frame);
        request.WriteTo(frame.AsSpan(FrameHeader.Size));
        return frame;
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using Stream stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[LongestResponse];
        int count = await stream.ReadAtLeastAsync(bytes, LongestResponse, throwOnEndOfStream: false, cancellationToken);
        return bytes[..count];
    }

    private static string? Header(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.ToString() : null;

    /// <summary>A separate type identifies probes: reading the options of a request would allocate them for every call.</summary>
    internal sealed class ProbeRequest(Uri uri, bool mustExist) : HttpRequestMessage(HttpMethod.Post, uri)
    {
        public bool MustExist => mustExist;
    }
}
