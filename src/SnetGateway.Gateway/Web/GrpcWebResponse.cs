using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Web;

namespace SnetGateway.Gateway.Web;

/// <summary>
/// The response to a gRPC-Web call: trailers become the last frame of its body, in any HTTP version. A response without a message has its
/// status in the headers and no body, as web clients expect.
/// </summary>
internal sealed class GrpcWebResponse : IHttpResponseBodyFeature, IHttpResponseTrailersFeature
{
    private readonly HttpResponse _response;
    private readonly IHttpResponseBodyFeature _inner;
    private readonly GrpcWebTextResponse? _text;
    private readonly HeaderDictionary _trailers = [];
    private PipeWriter? _writer;
    private bool _hasEnded;

    public GrpcWebResponse(HttpResponse response, IHttpResponseBodyFeature inner, bool isText)
    {
        _response = response;
        _inner = inner;
        _text = isText ? new GrpcWebTextResponse(response, inner.Stream) : null;
        Trailers = _trailers;
    }

    public IHeaderDictionary Trailers { get; set; }

    public Stream Stream => _text ?? _inner.Stream;

    public PipeWriter Writer =>
        _text is null ? _inner.Writer : _writer ??= PipeWriter.Create(_text, new StreamPipeWriterOptions(leaveOpen: true));

    public void DisableBuffering() => _inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => _inner.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public async Task CompleteAsync()
    {
        await EndAsync();
        await _inner.CompleteAsync();
    }

    /// <summary>Sets the web content type. Called right before the headers are sent.</summary>
    public void TranslateHeaders()
    {
        if (GrpcContentType.Parse(_response.ContentType).Transport == GrpcTransport.Grpc)
        {
            _response.ContentType = GrpcWebContentType.FromGrpc(_response.ContentType!, _text is not null);
            _response.ContentLength = null;
        }
    }

    /// <summary>Writes the trailers, if there are any. Only the first call does: the forwarder's, or the middleware's at the end.</summary>
    public async ValueTask EndAsync()
    {
        if (_hasEnded)
        {
            return;
        }

        _hasEnded = true;
        if (_writer is not null)
        {
            await _writer.FlushAsync(CancellationToken.None);
        }

        if (Trailers.Count > 0)
        {
            // No cancellation token: the server closes a connection when a write is cancelled, and this writes the status of a call that
            // timed out.
            byte[] frame = GrpcWebTrailers.Encode(Trailers);
            _trailers.IsReadOnly = true;
            await Stream.WriteAsync(frame, CancellationToken.None);
        }
    }
}
