using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>A service that answers each request with the frames that the test says, right or wrong.</summary>
internal sealed class RawHttp2Service : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public RawHttp2Service(params (FrameType Type, byte Flags, byte[] Payload)[] answer)
    {
        Answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    public (FrameType Type, byte Flags, byte[] Payload)[] Answer { get; set; }

    /// <summary>Requests so far.</summary>
    public int Requests;

    public static (FrameType, byte, byte[]) Headers(bool end, params (string Name, string Value)[] headers) =>
        (FrameType.Headers, (byte)(0x4 | (end ? 1 : 0)), Hpack.Write(headers));

    public static (FrameType, byte, byte[]) Data(byte[] data, bool end = false) => (FrameType.Data, (byte)(end ? 1 : 0), data);

    public static (FrameType, byte, byte[]) Reset(byte code) => (FrameType.Reset, 0, [0, 0, 0, code]);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.WithTimeout();
        _stop.Dispose();
    }

    private static async Task WriteAsync(
        NetworkStream stream, FrameType type, byte flags, int id, byte[] payload, CancellationToken cancellationToken)
    {
        byte[] frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        frame[3] = (byte)type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), id);
        payload.CopyTo(frame, 9);
        await stream.WriteAsync(frame, cancellationToken);
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient _ = client;
        NetworkStream stream = client.GetStream();
        byte[] head = new byte[24];
        try
        {
            await stream.ReadExactlyAsync(head, _stop.Token);
            await WriteAsync(stream, FrameType.Settings, 0, 0, [], _stop.Token);
            while (true)
            {
                await stream.ReadExactlyAsync(head.AsMemory(0, 9), _stop.Token);
                byte[] payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
                await stream.ReadExactlyAsync(payload, _stop.Token);
                int id = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5));
                if ((FrameType)head[3] == FrameType.Settings && (head[4] & 1) == 0)
                {
                    await WriteAsync(stream, FrameType.Settings, 1, 0, [], _stop.Token);
                }
                else if ((FrameType)head[3] == FrameType.Data && (head[4] & 1) != 0)
                {
                    Interlocked.Increment(ref Requests);
                    foreach ((FrameType type, byte flags, byte[] bytes) in Answer)
                    {
                        await WriteAsync(stream, type, flags, type == FrameType.GoAway ? 0 : id, bytes, _stop.Token);
                    }
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The gateway has closed, or the test is over.
        }
    }
}
