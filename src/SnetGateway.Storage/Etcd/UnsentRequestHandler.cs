using System.Net;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// Tells a call that certainly was not made from one whose outcome is unknown: the failure of a request whose message was not handed to a
/// connection becomes a <see cref="RequestNotSentException"/>, also where its time was over or it was cancelled. The gRPC client keeps it as the
/// cause of its own exception.
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

    /// <summary>The content of a request, which knows whether a connection asked for it.</summary>
    private sealed class ObservedContent : HttpContent
    {
        private readonly HttpContent _message;
        private volatile bool _isBegun;

        public ObservedContent(HttpContent message)
        {
            _message = message;
            Headers.ContentType = message.Headers.ContentType;
        }

        /// <summary>False as long as it is certain that no server has any of it.</summary>
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

/// <summary>Nothing of a request's message left this process, so that no server can have acted on it.</summary>
internal sealed class RequestNotSentException(Exception cause) : IOException("nothing was sent", cause);
