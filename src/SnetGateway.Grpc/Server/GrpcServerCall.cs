using Grpc.Core;
using SnetGateway.GrpcWire.Messages;
using Microsoft.AspNetCore.Http;
using SnetGateway.Grpc.Messages;

namespace SnetGateway.Grpc.Server;

/// <summary>What a handler may know about its call, and what it may answer beside messages.</summary>
public sealed class GrpcServerCall
{
    private readonly GrpcEndpointOptions _options;
    private readonly MessageReader _requests;
    private Metadata? _responseHeaders;
    private Metadata? _trailers;
    private volatile bool _hasClientLeft;

    internal GrpcServerCall(HttpContext context, string method, GrpcEndpointOptions options, string? encoding, DateTimeOffset? deadline, CancellationToken cancellationToken)
    {
        HttpContext = context;
        Method = method;
        Deadline = deadline;
        CancellationToken = cancellationToken;
        _options = options;
        _requests = new MessageReader(context.Request.BodyReader, options.MaxRequestBytes, encoding);
    }

    /// <summary>The request; its headers are the client's metadata.</summary>
    public HttpContext HttpContext { get; }

    /// <summary>The full name of the method as on the wire, <c>/package.Service/Method</c>.</summary>
    public string Method { get; }

    /// <summary>When the client stops waiting; null when it set no <c>grpc-timeout</c>.</summary>
    public DateTimeOffset? Deadline { get; }

    /// <summary>Cancelled when the client leaves or its deadline passes. A handler that does not watch it holds its call until it returns.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Metadata to be sent before the first message; without effect afterwards.</summary>
    public Metadata ResponseHeaders => _responseHeaders ??= new Metadata();

    /// <summary>Metadata to be sent after the last message.</summary>
    public Metadata Trailers => _trailers ??= new Metadata();

    /// <summary>Whether the headers have been handed over, so that a status can only go into the trailers.</summary>
    internal bool HasBegunResponse { get; private set; }

    internal Metadata TrailersOrNone => _trailers ?? Metadata.Empty;

    /// <summary>Whether nobody is there to be answered. Reading and writing may notice before Kestrel's own token does.</summary>
    internal bool HasClientLeft => _hasClientLeft || HttpContext.RequestAborted.IsCancellationRequested;

    internal async ValueTask<(bool HasMessage, T Message)> ReadAsync<T>(GrpcMarshaller<T> marshaller, CancellationToken cancellationToken)
    {
        try
        {
            return await _requests.ReadAsync(marshaller, cancellationToken);
        }
        catch (IOException broken) when (broken is not BadHttpRequestException)
        {
            throw ClientLeft(broken);
        }
    }

    internal async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        // Kestrel reports a client that left as a completed pipe, not as an exception.
        var flushed = await HttpContext.Response.BodyWriter.FlushAsync(cancellationToken);
        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            throw ClientLeft(null);
        }
    }

    internal void BeginResponse()
    {
        if (HasBegunResponse)
        {
            return;
        }

        HasBegunResponse = true;
        GrpcResponses.SetHeaders(HttpContext.Response, _responseHeaders ?? Metadata.Empty);
    }

    internal void Write<T>(T message, GrpcMarshaller<T> marshaller)
    {
        // First the message, which may be refused, so that a refusal can still be the whole answer.
        if (marshaller.Size(message) > _options.MaxResponseBytes)
        {
            throw SingleMessage.TooLong(_options.MaxResponseBytes);
        }

        BeginResponse();
        MessageWriter.Write(HttpContext.Response.BodyWriter, message, marshaller, _options.MaxResponseBytes);
    }

    private OperationCanceledException ClientLeft(Exception? cause)
    {
        _hasClientLeft = true;
        return new OperationCanceledException("The client left.", cause, CancellationToken);
    }
}
