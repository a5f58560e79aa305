using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Web;

namespace SnetGateway.Gateway.Web;

/// <summary>
/// The answer to a gRPC-Web call: trailers become the last frame of its body, whatever the HTTP version. An answer without a message has its
/// status in the headers and no body, as web clients expect of a refusal.
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

    public PipeWriter Writer => _text is null ? _inner.Writer : _writer ??= PipeWriter.Create(_text, new StreamPipeWriterOptions(leaveOpen: true));

    public void DisableBuffering() => _inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => _inner.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public async Task CompleteAsync()
    {
        await EndAsync();
        await _inner.CompleteAsync();
    }

    /// <summary>Says under which type the answer goes out; called right before its headers do.</summary>
    public void TranslateHeaders()
    {
        if (GrpcContentType.Parse(_response.ContentType).Transport == GrpcTransport.Grpc)
        {
            _response.ContentType = GrpcWebContentType.FromGrpc(_response.ContentType!, _text is not null);
            _response.ContentLength = null;
        }
    }

    /// <summary>Writes the trailers, if there are any. Once, whoever comes first: the forwarder, or the layer when everything has returned.</summary>
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
            // No token: the server ends a connection one of whose writes was cancelled, and this is the status of a call whose time is up.
            byte[] frame = GrpcWebTrailers.Encode(Trailers);
            _trailers.IsReadOnly = true;
            await Stream.WriteAsync(frame, CancellationToken.None);
        }
    }
}
