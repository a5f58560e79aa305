using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>
/// An HTTP/2 client without manners: it sends whatever bytes the test wants, in whatever order, and gives back what came. Windows are only
/// opened when the test says so or <see cref="OpensWindows"/> is set.
/// </summary>
internal sealed class RawHttp2 : IAsyncDisposable
{
    private readonly TcpClient _tcp;
    private readonly Stream _stream;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<int, RawCall> _calls = new();
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goneAway = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private int _next = -1;
    private int _goAway = -1;

    private RawHttp2(TcpClient tcp, Stream stream)
    {
        _tcp = tcp;
        _stream = stream;
    }

    /// <summary>Whether everything received is paid back to the sender's windows.</summary>
    public bool OpensWindows { get; init; } = true;

    /// <summary>Without it the client is as good as gone, though its socket stays open.</summary>
    public bool AnswersPings { get; set; } = true;

    /// <summary>Ends when the connection does, with the code of its GOAWAY, or -1 without one.</summary>
    public Task<int> Ended => _ended.Task;

    /// <summary>Ends with the first GOAWAY.</summary>
    public Task GoAway => _goneAway.Task;

    public static async Task<RawHttp2> ConnectAsync(IPEndPoint endPoint, uint streamWindow = 65_535)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(endPoint).WithTimeout();
        return await BeginAsync(tcp, tcp.GetStream(), streamWindow);
    }

    /// <summary>Connects to wherever an address says: by name, and with TLS for https.</summary>
    public static async Task<RawHttp2> ConnectAsync(Uri address, uint streamWindow = 65_535)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(address.IdnHost, address.Port).WithTimeout();
        if (address.Scheme != Uri.UriSchemeHttps)
        {
            return await BeginAsync(tcp, tcp.GetStream(), streamWindow);
        }

        var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.IdnHost, ApplicationProtocols =
        [
            SslApplicationProtocol.Http2,
        ] }).WithTimeout();
        return await BeginAsync(tcp, tls, streamWindow);
    }

    private static async Task<RawHttp2> BeginAsync(TcpClient tcp, Stream stream, uint streamWindow)
    {
        var connection = new RawHttp2(tcp, stream) { OpensWindows = streamWindow == 65_535 };
        byte[] settings = new byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(settings, 1); // no dynamic table
        BinaryPrimitives.WriteUInt16BigEndian(settings.AsSpan(6), 4);
        BinaryPrimitives.WriteUInt32BigEndian(settings.AsSpan(8), streamWindow);
        await connection._stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await connection.SendAsync(FrameType.Settings, 0, 0, settings);
        connection._reading = connection.ReadAsync();
        return connection;
    }

    /// <summary>Headers of a paid call, with everything a gRPC client sends.</summary>
    public static List<(string Name, string Value)> CallHeaders(string path) =>
    [
        (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "gateway"), ("content-type", Wire.ContentType),
        ("te", "trailers"),
    ];

    /// <summary>Opens a stream with exactly these headers; a broken one where the other side has closed the connection.</summary>
    public async Task<RawCall> OpenAsync(IEnumerable<(string Name, string Value)> headers, bool end = false)
    {
        await _writing.WaitAsync();
        try
        {
            var call = new RawCall(this, _next += 2);
            _calls[call.Id] = call;
            if (_ended.Task.IsCompleted)
            {
                call.Break();
            }

            try
            {
                await WriteAsync(FrameType.Headers, (byte)(0x4 | (end ? 0x1 : 0)), call.Id, Hpack.Write(headers));
            }
            catch (IOException)
            {
                call.Break();
            }

            return call;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>A whole call: these headers, this body.</summary>
    public async Task<RawReply> CallAsync(IEnumerable<(string Name, string Value)> headers, byte[]? body = null)
    {
        RawCall call = await OpenAsync(headers);
        await call.SendAsync(body ?? Wire.Frame("a"), end: true);
        return await call.Reply.WithTimeout();
    }

    /// <summary>Lets go of calls whose answer is there, or that were reset.</summary>
    public void Forget()
    {
        foreach (RawCall call in _calls.Values.Where(call => call.Reply.IsCompleted || call.WasReset))
        {
            _calls.TryRemove(call.Id, out _);
        }
    }

    public async Task SendAsync(FrameType type, byte flags, int stream, byte[] payload)
    {
        await _writing.WaitAsync();
        try
        {
            await WriteAsync(type, flags, stream, payload);
        }
        catch (IOException)
        {
            // The other side has closed; the calls hear of it from the reader.
        }
        finally
        {
            _writing.Release();
        }
    }

    public Task OpenWindowAsync(int stream, int bytes)
    {
        byte[] increment = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(increment, bytes);
        return SendAsync(FrameType.WindowUpdate, 0, stream, increment);
    }

    public async ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        await _reading.WithTimeout();
        _writing.Dispose();
    }

    private async Task WriteAsync(FrameType type, byte flags, int stream, byte[] payload)
    {
        byte[] frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        frame[3] = (byte)type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        await _stream.WriteAsync(frame);
    }

    private async Task ReadAsync()
    {
        byte[] head = new byte[9];
        try
        {
            while (true)
            {
                await _stream.ReadExactlyAsync(head);
                byte[] payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
                await _stream.ReadExactlyAsync(payload);
                await TakeAsync((FrameType)head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The connection is over.
        }

        _ended.TrySetResult(_goAway);
        BreakCalls();
    }

    private void BreakCalls()
    {
        foreach (RawCall call in _calls.Values)
        {
            call.Break();
        }
    }

    private async Task TakeAsync(FrameType type, byte flags, int stream, byte[] payload)
    {
        RawCall? call = _calls.GetValueOrDefault(stream);
        switch (type)
        {
            case FrameType.Headers:
                call?.TakeHeaders(Hpack.Read(payload), (flags & 1) != 0);
                break;
            case FrameType.Data:
                call?.TakeData(payload, (flags & 1) != 0);
                if (OpensWindows && payload.Length > 0)
                {
                    await OpenWindowAsync(0, payload.Length);
                    await OpenWindowAsync(stream, payload.Length);
                }

                break;
            case FrameType.Reset:
                call?.TakeReset(BinaryPrimitives.ReadInt32BigEndian(payload));
                break;
            case FrameType.Settings when (flags & 1) == 0:
                await SendAsync(FrameType.Settings, 1, 0, []);
                break;
            case FrameType.Ping when (flags & 1) == 0 && AnswersPings:
                await SendAsync(FrameType.Ping, 1, 0, payload);
                break;
            case FrameType.GoAway:
                _goAway = BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(4));
                _goneAway.TrySetResult();
                if (_goAway != 0)
                {
                    BreakCalls(); // after an error no response follows, though the server leaves the connection open for a second
                }

                break;
        }
    }
}

/// <summary>The types of frames that a test sends or reads.</summary>
internal enum FrameType : byte
{
    Data = 0,
    Headers = 1,
    Reset = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}

/// <summary>One stream of a <see cref="RawHttp2"/>.</summary>
/// <param name="connection">Null for a call that found nobody to connect to.</param>
/// <param name="id">The stream's number.</param>
internal sealed class RawCall(RawHttp2? connection, int id)
{
    private const int Cancel = 8;

    private readonly List<List<(string Name, string Value)>> _blocks = [];
    private readonly MemoryStream _body = new();
    private readonly TaskCompletionSource<RawReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _data = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Id => id;

    /// <summary>The answer, once the stream has ended in any way.</summary>
    public Task<RawReply> Reply => _reply.Task;

    public Task FirstHeaders => _headers.Task;

    public Task FirstData => _data.Task;

    /// <summary>Whether the answer came as gRPC; a proxy's own error page does not.</summary>
    public bool IsGrpc { get; private set; }

    public Task SendAsync(byte[] data, bool end = false) => SendAsync(FrameType.Data, (byte)(end ? 1 : 0), data);

    public Task SendTrailersAsync(params (string Name, string Value)[] trailers) =>
        SendAsync(FrameType.Headers, 0x5, Hpack.Write(trailers));

    /// <summary>Whether this side reset it.</summary>
    public bool WasReset { get; private set; }

    public Task ResetAsync(int code = Cancel)
    {
        WasReset = true;
        byte[] payload = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, code);
        return SendAsync(FrameType.Reset, 0, payload);
    }

    public void TakeHeaders(List<(string Name, string Value)> headers, bool end)
    {
        _blocks.Add(headers);
        IsGrpc |= headers.Contains((":status", "200"))
            && headers.Any(header => header.Name == "content-type" && header.Value.StartsWith(Wire.ContentType, StringComparison.Ordinal));
        _headers.TrySetResult();
        if (end)
        {
            Finish(null);
        }
    }

    public void TakeData(byte[] data, bool end)
    {
        _body.Write(data);
        if (data.Length > 0)
        {
            _data.TrySetResult();
        }

        if (end)
        {
            Finish(null);
        }
    }

    public void TakeReset(int code) => Finish(code);

    public void Break() => Finish(-1);

    private Task SendAsync(FrameType type, byte flags, byte[] payload) =>
        connection?.SendAsync(type, flags, id, payload) ?? Task.CompletedTask;

    private void Finish(int? reset)
    {
        _headers.TrySetResult();
        _reply.TrySetResult(new RawReply([.. _blocks.SelectMany(block => block)], _blocks.Count, _body.ToArray(), reset));
    }
}

/// <summary>What came on a stream.</summary>
/// <param name="Headers">All headers and trailers.</param>
/// <param name="Blocks">In how many blocks they came.</param>
/// <param name="Body">The body's bytes.</param>
/// <param name="Reset">The code of a reset that ended the stream; -1 for the connection's end; null for an orderly end.</param>
internal sealed record RawReply(List<(string Name, string Value)> Headers, int Blocks, byte[] Body, int? Reset)
{
    public string? Find(string name) => Headers.LastOrDefault(header => header.Name == name).Value;

    public string? Http => Headers.FirstOrDefault(header => header.Name == ":status").Value;

    /// <summary>The gRPC status; -1 without one.</summary>
    public int Status => Find("grpc-status") is { } status ? int.Parse(status, System.Globalization.CultureInfo.InvariantCulture) : -1;

    public string Message => Uri.UnescapeDataString(Find("grpc-message") ?? string.Empty);

    public override string ToString() => $"HTTP {Http}, status {Status}, \"{Message}\", {Body.Length} bytes, reset {Reset}";
}
