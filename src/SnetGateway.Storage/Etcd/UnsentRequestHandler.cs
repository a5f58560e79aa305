using System.Net;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// Distinguishes a request that was certainly not sent from one whose outcome is unknown. When a request fails before any connection asked
/// for its message, it throws <see cref="RequestNotSentException"/>, also after a timeout or a cancellation. The gRPC client keeps that
/// exception as the cause of the one that it throws.
/// </summary>
internal sealed class UnsentRequestHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is not { } message)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var content = new ObservedContent(message);
        request.Content = content;
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (Exception exception) when (!content.IsBegun)
        {
            throw new RequestNotSentException(exception);
        }
    }

    /// <summary>The content of a request. It records whether a connection has asked for it.</summary>
    private sealed class ObservedContent : HttpContent
    {
        private readonly HttpContent _message;
        private volatile bool _isBegun;

        public ObservedContent(HttpContent message)
        {
            _message = message;
            Headers.ContentType = message.Headers.ContentType;
        }

        /// <summary>False as long as it is certain that no server has received any of it.</summary>
        public bool IsBegun => _isBegun;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            _isBegun = true;
            return _message.CopyToAsync(stream, context, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

/// <summary>No part of the request's message left this process, so no server can have executed it.</summary>
internal sealed class RequestNotSentException(Exception cause) : IOException("nothing was sent", cause);
