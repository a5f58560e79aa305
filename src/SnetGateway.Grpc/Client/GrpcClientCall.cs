using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Grpc.Core;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.Grpc.Messages;
using SnetGateway.GrpcWire.Messages;

namespace SnetGateway.Grpc.Client;

/// <summary>
/// One running call. One task may write while another reads. Disposing a call that has not ended cancels it.
/// </summary>
public sealed class GrpcClientCall<TRequest, TResponse> : IAsyncDisposable
{
    private readonly GrpcMethod<TRequest, TResponse> _method;
    private readonly GrpcClientOptions _options;
    private readonly RequestStreamContent? _requestStream;
    private readonly CancellationToken _callerToken;
    private readonly CancellationTokenSource? _deadline;
    private readonly CancellationTokenSource _ended;
    private readonly CancellationToken _endedToken;
    private readonly ArrayBufferWriter<byte> _requestBuffer = new();
    private Task<HttpResponseMessage> _response = null!;
    private MessageReader? _reader;
    private volatile bool _isDisposed;

    internal GrpcClientCall(GrpcMethod<TRequest, TResponse> method, GrpcClientOptions options, HttpContent content, TimeSpan? timeout, CancellationToken callerToken)
    {
        _method = method;
        _options = options;
        _requestStream = content as RequestStreamContent;
        _callerToken = callerToken;
        _deadline = timeout is { } wait ? GrpcDeadline.Start(wait, options.Time) : null;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(callerToken, _deadline?.Token ?? CancellationToken.None);
        _endedToken = _ended.Token;
    }

    /// <summary>How the call ended; null while it runs.</summary>
    public Status? Status { get; private set; }

    /// <summary>Metadata that came with the status; empty while the call runs.</summary>
    public Metadata Trailers { get; private set; } = Metadata.Empty;

    /// <summary>
    /// Sends a request. False when the call is already over on the other side: reading tells how it ended.
    /// </summary>
    /// <exception cref="RpcException">The message is longer than allowed; the call goes on.</exception>
    public async ValueTask<bool> WriteAsync(TRequest request)
    {
        var content = _requestStream ?? throw new InvalidOperationException("This call has sent its only request.");
        if (Status is not null)
        {
            return false;
        }

        _requestBuffer.ResetWrittenCount();
        MessageWriter.Write(_requestBuffer, request, _method.Requests, _options.MaxRequestBytes);
        try
        {
            var stream = await content.Stream.WaitAsync(_endedToken);
            await stream.WriteAsync(_requestBuffer.WrittenMemory, _endedToken);
            await stream.FlushAsync(_endedToken);
            return true;
        }
        catch (Exception) when (!_callerToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Tells the service that no more requests follow.</summary>
    public void CompleteRequests() => _requestStream?.Complete();

    /// <summary>Waits for the metadata that a service sends before its first message.</summary>
    public async Task<Metadata> ReadHeadersAsync()
    {
        var response = await GetResponseAsync();
        return ResponseStatus.ReadMetadata(response.Headers);
    }

    /// <summary>The next response, or nothing when the call has ended with <c>OK</c>.</summary>
    /// <exception cref="RpcException">The call has ended otherwise.</exception>
    public async ValueTask<(bool HasMessage, TResponse Message)> ReadAsync()
    {
        if (Status is { } status)
        {
            return status.StatusCode == StatusCode.OK ? (false, default!) : throw new RpcException(status, Trailers);
        }

        var response = await GetResponseAsync();
        if (Status is null)
        {
            try
            {
                _reader ??= await OpenAsync(response);
                var next = await _reader.ReadAsync(_method.Responses, _endedToken);
                if (next.HasMessage)
                {
                    return next;
                }
            }
            catch (Exception failure)
            {
                throw Fail(failure);
            }

            // A stream that ended without a status was cut off by something that is no gRPC server.
            End(ResponseStatus.Find(response.TrailingHeaders) ?? new Status(StatusCode.Unknown, "the answer ended without a status"), ResponseStatus.ReadMetadata(response.TrailingHeaders));
        }

        return Status is { StatusCode: StatusCode.OK } ? (false, default!) : throw new RpcException(Status!.Value, Trailers);
    }

    /// <summary>All responses up to the end.</summary>
    /// <exception cref="RpcException">The call did not end with <c>OK</c>.</exception>
    public async IAsyncEnumerable<TResponse> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await ReadAsync() is (true, var message))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return message;
        }
    }

    /// <summary>The one response of a method that does not stream them.</summary>
    /// <exception cref="RpcException">The call did not end with <c>OK</c>, or not with exactly one message.</exception>
    public async Task<GrpcResponse<TResponse>> ReadSingleAsync()
    {
        var (hasMessage, message) = await ReadAsync();
        if (!hasMessage)
        {
            throw new RpcException(new Status(StatusCode.Internal, "the answer has no message"));
        }

        var headers = await ReadHeadersAsync();
        var (hasAnother, _) = await ReadAsync();
        return hasAnother
            ? throw new RpcException(new Status(StatusCode.Internal, "the answer has more than one message"))
            : new GrpcResponse<TResponse>(message, headers, Trailers);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        _requestStream?.Complete();
        if (Status is null)
        {
            await _ended.CancelAsync();
        }

        try
        {
            (await _response).Dispose();
        }
        catch (Exception)
        {
            // Whoever read the call has been told; disposing it has nothing to add. Not only HttpRequestException: a connection that is gone
            // as soon as it stands comes out of the handler as the socket's own exception.
        }

        _ended.Dispose();
        _deadline?.Dispose();
    }

    /// <summary>Sends the request; everything that goes wrong shows when the call is read.</summary>
    internal void Send(HttpMessageInvoker invoker, HttpRequestMessage request)
    {
        _response = SendAsync(invoker, request);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMessageInvoker invoker, HttpRequestMessage request)
    {
        try
        {
            // An HttpClient would otherwise wait for the whole body.
            return invoker is HttpClient client
                ? await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _endedToken)
                : await invoker.SendAsync(request, _endedToken);
        }
        catch
        {
            _requestStream?.Abandon();
            throw;
        }
    }

    private async Task<HttpResponseMessage> GetResponseAsync()
    {
        HttpResponseMessage response;
        try
        {
            response = await _response;
        }
        catch (Exception failure)
        {
            throw Fail(failure);
        }

        if (Status is null && (ResponseStatus.Find(response.Headers) ?? ResponseStatus.FindRefusal(response)) is { } status)
        {
            End(status, ResponseStatus.ReadMetadata(response.Headers));
        }

        return response;
    }

    private async ValueTask<MessageReader> OpenAsync(HttpResponseMessage response)
    {
        var encoding = response.Headers.NonValidated.TryGetValues(GrpcHeaderNames.Encoding, out var values) ? values.ToString() : null;
        if (!GrpcEncodings.IsKnown(encoding))
        {
            throw new RpcException(new Status(StatusCode.Internal, "the answer's grpc-encoding is unknown here"));
        }

        return new MessageReader(PipeReader.Create(await response.Content.ReadAsStreamAsync(_endedToken)), _options.MaxResponseBytes, encoding);
    }

    private void End(Status status, Metadata trailers)
    {
        Status = status;
        Trailers = trailers;
        if (_requestStream is null)
        {
            return;
        }

        // A write may be waiting for room that a service which has already answered will never give.
        CancelUnlessDisposed();
        _requestStream.Complete();
    }

    private Exception Fail(Exception failure)
    {
        if (_callerToken.IsCancellationRequested)
        {
            End(new Status(StatusCode.Cancelled, "the call was cancelled"), Metadata.Empty);
            return new OperationCanceledException("The call was cancelled.", failure, _callerToken);
        }

        var status = failure switch
        {
            _ when _deadline is { IsCancellationRequested: true } => new Status(StatusCode.DeadlineExceeded, "the deadline has passed"),
            RpcException { Status: var known } => known,
            OperationCanceledException => new Status(StatusCode.Cancelled, "the call was cancelled"),
            _ => ResponseStatus.Of(failure),
        };
        End(status, Metadata.Empty);
        CancelUnlessDisposed();
        return new RpcException(new Status(status.StatusCode, status.Detail, failure));
    }

    private void CancelUnlessDisposed()
    {
        if (!_isDisposed)
        {
            _ended.Cancel();
        }
    }
}
