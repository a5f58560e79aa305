using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using SnetGateway.Gateway.Backends;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Statuses;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace SnetGateway.Gateway.Prices;

/// <summary>
/// Asks an instance for a price, over the connections that its cluster has for calls: with its TLS settings, its timeout to connect and its
/// health. The request is a unary call with the client's first message.
/// </summary>
internal sealed class PriceRequests
{
    private const string ContentType = "application/grpc+proto";

    private uint _next;

    /// <summary>The price in cogs.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="timeout">The deadline that the service gets.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="RpcException">The service did not name a price: its own status, or that of the failure.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<ulong> AskAsync(PriceQuestion question, TimeSpan timeout, CancellationToken cancellationToken)
    {
        IReadOnlyList<DestinationState> instances = question.Instances;
        uint first = Interlocked.Increment(ref _next);
        for (int tried = 0; tried < instances.Count; tried++)
        {
            DestinationState instance = instances[(int)((first + (uint)tried) % (uint)instances.Count)];
            try
            {
                using HttpRequestMessage request = Create(question, instance.Model.Config.Address, instance.Model.Config.Host, timeout);
                using HttpResponseMessage response = await question.Cluster.HttpClient.SendAsync(request, cancellationToken);
                return await ReadAsync(response, cancellationToken);
            }
            catch (Exception failure) when (ConnectFailure.IsConnectFailure(failure) && !cancellationToken.IsCancellationRequested)
            {
                // Nothing was sent, so another instance can be asked.
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "the service broke off its response", failure));
            }
        }

        throw new RpcException(new Status(StatusCode.Unavailable, instances.Count == 0
            ? "no instance of the service is available"
            : "the service cannot be reached"));
    }

    private static HttpRequestMessage Create(PriceQuestion question, string address, string? host, TimeSpan timeout)
    {
        var content = new ReadOnlyMemoryContent(question.Frame);
        content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        ForwarderRequestConfig? http = question.Cluster.Config.HttpRequest;
        var request = new HttpRequestMessage(
            HttpMethod.Post, RequestUtilities.MakeDestinationAddress(address, question.PriceMethod, QueryString.Empty))
        {
            Version = http?.Version ?? HttpVersion.Version20,
            VersionPolicy = http?.VersionPolicy ?? HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        foreach ((string key, string value) in question.Metadata)
        {
            request.Headers.TryAddWithoutValidation(key, value);
        }

        if (question.Encoding is { } encoding)
        {
            request.Headers.TryAddWithoutValidation(GrpcHeaderNames.Encoding, encoding);
        }

        request.Headers.TryAddWithoutValidation(GrpcHeaderNames.Timeout, GrpcTimeout.Format(timeout));
        request.Headers.Host = host;
        return request;
    }

    private static async Task<ulong> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] body = new byte[PriceAnswer.MaxBytes];
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        int count = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
        if (count == body.Length)
        {
            throw Malformed("the response of the price method is too long");
        }

        // The trailers are there now that the body has ended.
        string? status = Header(response.TrailingHeaders, GrpcHeaderNames.Status) ?? Header(response.Headers, GrpcHeaderNames.Status);
        if (!GrpcStatusText.TryParse(status, out StatusCode code) || (code == StatusCode.OK && response.StatusCode != HttpStatusCode.OK))
        {
            throw new RpcException(new Status(
                HttpStatusMapping.ToGrpc((int)response.StatusCode), "the service responded without a gRPC status"));
        }

        if (code != StatusCode.OK)
        {
            string? text = Header(response.TrailingHeaders, GrpcHeaderNames.Message) ?? Header(response.Headers, GrpcHeaderNames.Message);
            throw new RpcException(new Status(code, text is null ? string.Empty : GrpcMessage.Decode(text)));
        }

        return PriceAnswer.TryRead(body.AsMemory(0, count), out ulong cogs)
            ? cogs
            : throw Malformed("the response of the price method is not a price");
    }

    private static RpcException Malformed(string text) => new(new Status(StatusCode.Internal, text));

    private static string? Header(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.ToString() : null;
}
