using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SnetGateway.Benchmarks.Hpack;

namespace SnetGateway.Benchmarks.Load;

/// <summary>One cleartext HTTP/2 connection that carries the calls of some clients. Used by one thread.</summary>
/// <remarks>
/// Written for the load alone, so that the driver stays a small part of what is measured: frames are built in place, everything
/// that became due with one read leaves with one write, and the receive windows are opened so wide that they hardly ever need an update.
/// </remarks>
internal sealed class LoadConnection : IDisposable
{
    private const int FrameHeaderLength = 9;
    private const int ReceiveWindow = 1 << 30;
    private const int MaximumFrame = 16 * 1024;

    private readonly Socket _socket;
    private readonly RequestTemplate _template;
    private readonly LoadClient[] _clients;
    private readonly Dictionary<int, LoadClient> _inFlight = [];
    private readonly Queue<LoadClient> _waiting = new();
    private readonly HpackDecoder _decoder = new();
    private readonly TimeProvider _time;
    private readonly LatencyHistogram _latencies;
    private readonly byte[] _input = new byte[256 * 1024];
    private readonly byte[] _output;
    private int _inputLength;
    private int _outputSent;
    private int _outputLength;
    private int _nextStream = 1;
    private long _sendWindow = 65_535;
    private long _received;

    public LoadConnection(EndPoint server, RequestTemplate template, LoadClient[] clients, TimeProvider time, LatencyHistogram latencies)
    {
        _template = template;
        _clients = clients;
        _time = time;
        _latencies = latencies;
        _output = new byte[(clients.Length * template.LongestCall) + (64 * 1024)];
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(server);
        _socket.Blocking = false;
        Greet();
    }

    public nint Handle => _socket.Handle;

    public bool HasOutput => _outputLength > _outputSent;

    public int InFlight => _inFlight.Count + _waiting.Count;

    public long Completed { get; private set; }

    /// <summary>While set, a client whose call was answered makes its next one.</summary>
    public bool Issuing { get; set; }

    /// <summary>Gives every idle client its first call.</summary>
    public void Begin()
    {
        Issuing = true;
        foreach (LoadClient client in _clients)
        {
            Issue(client);
        }

        Flush();
    }

    /// <summary>Reads what is there, answers it, and sends what became due.</summary>
    public void OnReadable()
    {
        while (true)
        {
            int read = _socket.Receive(_input.AsSpan(_inputLength), SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                break;
            }

            if (error != SocketError.Success || read == 0)
            {
                throw new IOException($"The server closed a connection with {InFlight} calls on it ({error}).");
            }

            bool full = _inputLength + read == _input.Length;
            _inputLength += read;
            Parse();
            if (!full)
            {
                break;
            }
        }

        Flush();
    }

    public void Flush()
    {
        while (HasOutput)
        {
            int sent = _socket.Send(_output.AsSpan(_outputSent, _outputLength - _outputSent), SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                return;
            }

            if (error != SocketError.Success)
            {
                throw new IOException($"Sending to the server failed: {error}.");
            }

            _outputSent += sent;
        }

        _outputSent = _outputLength = 0;
    }

    public void Dispose() => _socket.Dispose();

    private void Greet()
    {
        Append("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Span<byte> settings = stackalloc byte[12];
        BinaryPrimitives.WriteInt16BigEndian(settings, 2); // no server push
        BinaryPrimitives.WriteInt32BigEndian(settings[2..], 0);
        BinaryPrimitives.WriteInt16BigEndian(settings[6..], 4); // window of a stream
        BinaryPrimitives.WriteInt32BigEndian(settings[8..], ReceiveWindow);
        AppendFrame(FrameKind.Settings, 0, 0, settings);
        AppendWindowUpdate(ReceiveWindow);
        Flush();
    }

    private void Issue(LoadClient client)
    {
        if (_sendWindow < _template.BodyBytes)
        {
            _waiting.Enqueue(client);
            return;
        }

        if (!client.TryTakePayment(out int payment))
        {
            return;
        }

        if (_outputSent > 0)
        {
            _output.AsSpan(_outputSent, _outputLength - _outputSent).CopyTo(_output);
            _outputLength -= _outputSent;
            _outputSent = 0;
        }

        client.SentAt = _time.GetTimestamp();
        _outputLength += _template.Write(_output.AsSpan(_outputLength), _nextStream, _nextStream == 1, client, payment);
        _sendWindow -= _template.BodyBytes;
        _inFlight.Add(_nextStream, client);
        _nextStream += 2;
    }

    private void Parse()
    {
        int start = 0;
        while (_inputLength - start >= FrameHeaderLength)
        {
            Span<byte> header = _input.AsSpan(start);
            int length = BinaryPrimitives.ReadInt32BigEndian(header) >>> 8;
            if (length > MaximumFrame)
            {
                throw new InvalidDataException($"The server sent a frame of {length} bytes, above what it may.");
            }

            if (_inputLength - start < FrameHeaderLength + length)
            {
                break;
            }

            int stream = BinaryPrimitives.ReadInt32BigEndian(header[5..]) & int.MaxValue;
            OnFrame((FrameKind)header[3], header[4], stream, _input.AsSpan(start + FrameHeaderLength, length));
            start += FrameHeaderLength + length;
        }

        _input.AsSpan(start, _inputLength - start).CopyTo(_input);
        _inputLength -= start;
    }

    private void OnFrame(FrameKind kind, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        switch (kind)
        {
            case FrameKind.Data:
                OnData(flags, stream, payload);
                break;
            case FrameKind.Headers:
                OnHeaders(flags, stream, payload);
                break;
            case FrameKind.Reset:
                OnReset(stream, BinaryPrimitives.ReadInt32BigEndian(payload));
                break;
            case FrameKind.Settings when (flags & FrameFlags.Acknowledgement) == 0:
                AppendFrame(FrameKind.Settings, FrameFlags.Acknowledgement, 0, []);
                break;
            case FrameKind.Ping when (flags & FrameFlags.Acknowledgement) == 0:
                AppendFrame(FrameKind.Ping, FrameFlags.Acknowledgement, 0, payload);
                break;
            case FrameKind.WindowUpdate when stream == 0:
                _sendWindow += BinaryPrimitives.ReadInt32BigEndian(payload);
                for (int waiting = _waiting.Count; waiting > 0 && _sendWindow >= _template.BodyBytes; waiting--)
                {
                    Issue(_waiting.Dequeue());
                }

                break;
            case FrameKind.GoAway:
                throw new IOException($"The server said GOAWAY {BinaryPrimitives.ReadInt32BigEndian(payload[4..])}: "
                    + $"{Encoding.ASCII.GetString(payload[8..])}");
            case FrameKind.Continuation:
                throw new InvalidDataException("The server split a header block, which no answer of this load is long enough for.");
        }
    }

    private void OnData(byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        _received += payload.Length;
        if (_received >= ReceiveWindow / 2)
        {
            AppendWindowUpdate((int)_received);
            _received = 0;
        }

        if (_inFlight.TryGetValue(stream, out LoadClient? client))
        {
            client.AnswerBytes += (flags & FrameFlags.Padded) == 0 ? payload.Length : payload.Length - 1 - payload[0];
            if ((flags & FrameFlags.EndStream) != 0)
            {
                Complete(stream, client);
            }
        }
    }

    private void OnHeaders(byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        if ((flags & FrameFlags.EndHeaders) == 0 || (flags & (FrameFlags.Padded | FrameFlags.Priority)) != 0)
        {
            throw new InvalidDataException("The server sent a header block in a form that no answer of this load needs.");
        }

        // The block is decoded for the connection's table even where the stream is not known.
        ResponseHeaders nobody = ResponseHeaders.None;
        bool known = _inFlight.TryGetValue(stream, out LoadClient? client);
        _decoder.Decode(payload, ref known ? ref client!.Answer : ref nobody);
        if (known && (flags & FrameFlags.EndStream) != 0)
        {
            Complete(stream, client!);
        }
    }

    private void OnReset(int stream, int code)
    {
        if (_inFlight.Remove(stream, out LoadClient? client))
        {
            client.Fail($"the server reset the call with error {code}");
        }
    }

    private void Complete(int stream, LoadClient client)
    {
        _inFlight.Remove(stream);
        if (client.Answer.HttpStatus != 200 || (_template.IsGrpc && client.Answer.GrpcStatus != 0))
        {
            client.Fail($"HTTP {client.Answer.HttpStatus}, grpc-status {client.Answer.GrpcStatus}, {client.Answer.GrpcMessage}");
            return;
        }

        if (_template.AnswerBytes == RequestTemplate.AnyAnswer ? client.AnswerBytes <= 5 : client.AnswerBytes != _template.AnswerBytes)
        {
            client.Fail($"the answer had {client.AnswerBytes} bytes, and not {_template.AnswerBytes}");
            return;
        }

        _latencies.Record(_time.GetElapsedTime(client.SentAt));
        Completed++;
        if (Issuing)
        {
            Issue(client);
        }
    }

    private void AppendWindowUpdate(int bytes)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, bytes);
        AppendFrame(FrameKind.WindowUpdate, 0, 0, payload);
    }

    private void AppendFrame(FrameKind kind, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[FrameHeaderLength];
        BinaryPrimitives.WriteInt32BigEndian(header, payload.Length << 8);
        header[3] = (byte)kind;
        header[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(header[5..], stream);
        Append(header);
        Append(payload);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_output.AsSpan(_outputLength));
        _outputLength += bytes.Length;
    }
}
