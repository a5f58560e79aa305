using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using SnetGateway.EchoService.Protocol;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Control;

namespace SnetGateway.FunctionalTests.Endurance;

/// <summary>
/// The traffic of one attack, sent at a fixed pace and without a look at the responses, so that the gateway and the dummy get the same.
/// </summary>
/// <param name="Name">What is attacked, as in the audit.</param>
/// <param name="Step">One step; there are ten a second.</param>
internal sealed record AttackTraffic(string Name, Func<Attacker, Task> Step)
{
    private const string Reflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    private const string Watch = "/grpc.health.v1.Health/Watch";
    private const string Say = "/example.Echo/Say";

    private static readonly byte[] s_question = Wire.Frame(new ServerReflectionRequest { ListServices = "" }.ToByteArray());
    private static readonly byte[] s_questions =
        [.. Enumerable.Repeat(s_question, 16_000 / s_question.Length).SelectMany(question => question)];
    private static readonly byte[] s_watch = Wire.Frame(new HealthCheckRequest().ToByteArray());
    private static readonly byte[] s_slow = Wire.Frame(new EchoRequest { Text = "x", FirstDelayMs = 1000 }.ToByteArray());
    private static readonly byte[] s_large = Wire.Frame(new EchoRequest { Text = "x", PaddingBytes = 5 << 20 }.ToByteArray());

    public static IReadOnlyList<AttackTraffic> All { get; } =
    [
        new("reflection that is not read", ReflectAsync),
        new("health watches that are not read", attacker => StreamsAsync(attacker, 500, RawHttp2.CallHeaders(Watch), s_watch)),
        new("probes that are not read", attacker => StreamsAsync(
            attacker, 500, [(":method", "GET"), (":scheme", "http"), (":path", "/livez"), (":authority", "gateway")], null)),
        new("connections that send nothing", attacker => attacker.ConnectAsync(100)),
        new("requests for channels that do not exist", attacker => UnpaidAsync(attacker, 50, Random.Shared.Next(1_000_000, 2_000_000_000))),
        new("terminal controls and repeated signatures in the metadata", attacker => UnpaidAsync(attacker, 50, null)),
        new("prepaid calls with forged tokens", ForgedTokensAsync),
        new("tokens requested with wrong signatures", RequestTokensAsync),
        new("calls that are reset", ResetAsync),
        new("one payment with deadlines shorter than the service's time", attacker => PaidAsync(attacker, s_slow, "100m", isWhole: true)),
        new("one payment with first messages above the limit", attacker => PaidAsync(attacker, s_large, "10S", isWhole: true)),
        new("one payment with uploads that stall", attacker => PaidAsync(attacker, s_slow, "2S", isWhole: false)),
    ];

    private static async Task ReflectAsync(Attacker attacker)
    {
        RawHttp2 connection = await attacker.NewConnectionAsync(most: 110);
        for (int i = 0; i < 8; i++)
        {
            RawCall call = await connection.OpenAsync(RawHttp2.CallHeaders(Reflection));
            for (int n = 0; n < 8; n++)
            {
                await call.SendAsync(s_questions);
            }
        }
    }

    private static async Task StreamsAsync(Attacker attacker, int count, List<(string Name, string Value)> headers, byte[]? body)
    {
        RawHttp2 connection = await attacker.NewConnectionAsync(most: 70);
        for (int i = 0; i < count; i++)
        {
            RawCall call = await connection.OpenAsync(headers, end: body is null);
            if (body is not null)
            {
                await call.SendAsync(body, end: true);
            }
        }
    }

    private static async Task UnpaidAsync(Attacker attacker, int count, int? channel)
    {
        RawHttp2 connection = await attacker.ConnectionAsync();
        string signature = Convert.ToBase64String(new byte[65]);
        for (int i = 0; i < count; i++)
        {
            List<(string Name, string Value)> headers =
            [
                .. RawHttp2.CallHeaders(Say), ("snet-payment-type", "escrow"),
                ("snet-payment-channel-id", channel is { } id ? $"{id + i}" : "\e[31m\u009bcleared"),
                ("snet-payment-channel-nonce", "0"), ("snet-payment-channel-amount", "10"),
                ("snet-payment-channel-signature-bin", signature),
            ];
            if (channel is null && i % 2 == 0)
            {
                headers.Add(("snet-payment-channel-signature-bin", signature));
            }

            RawCall call = await connection.OpenAsync(headers);
            await call.SendAsync(s_watch, end: true);
        }
    }

    /// <summary>Well-formed tokens, each another one, so that none is remembered.</summary>
    private static async Task ForgedTokensAsync(Attacker attacker)
    {
        RawHttp2 connection = await attacker.ConnectionAsync();
        string payload = Base64Url.EncodeToString("""{"payload":"1","nonce":"0","amount":"1000000","exp":99999999999}"""u8);
        for (int i = 0; i < 50; i++)
        {
            string signature = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
            string token = $"{Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8)}.{payload}.{signature}";
            RawCall call = await connection.OpenAsync(
            [
                .. RawHttp2.CallHeaders(Say), ("snet-payment-type", "prepaid-call"), ("snet-payment-channel-id", "1"),
                ("snet-prepaid-auth-token-bin", Convert.ToBase64String(Encoding.ASCII.GetBytes(token))),
            ]);
            await call.SendAsync(s_watch, end: true);
        }
    }

    /// <summary>Signatures of the right form that no key made, for channels and addresses that change.</summary>
    private static async Task RequestTokensAsync(Attacker attacker)
    {
        RawHttp2 connection = await attacker.ConnectionAsync();
        for (int i = 0; i < 50; i++)
        {
            byte[] signature = [.. RandomNumberGenerator.GetBytes(64), 27];
            signature[0] = signature[32] = 0; // below the order of the curve
            var bytes = ByteString.CopyFrom(signature);
            byte[] message = i % 2 == 0
                ? new TokenRequest { ChannelId = (ulong)i, SignedAmount = 10, Signature = bytes, ClaimSignature = bytes }.ToByteArray()
                : new GetFreeCallTokenRequest
                {
                    Address = $"0x{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20))}", Signature = bytes,
                }.ToByteArray();
            RawCall call = await connection.OpenAsync(RawHttp2.CallHeaders(
                i % 2 == 0 ? "/escrow.TokenService/GetToken" : "/escrow.FreeCallStateService/GetFreeCallToken"));
            await call.SendAsync(Wire.Frame(message), end: true);
        }
    }

    private static async Task ResetAsync(Attacker attacker)
    {
        RawHttp2 connection = await attacker.ConnectionAsync();
        for (int i = 0; i < 100; i++)
        {
            await (await connection.OpenAsync(RawHttp2.CallHeaders(Say))).ResetAsync();
        }
    }

    private static async Task PaidAsync(Attacker attacker, byte[] message, string timeout, bool isWhole)
    {
        RawHttp2 connection = await attacker.ConnectionAsync();
        for (int i = 0; i < 5; i++)
        {
            RawCall call = await connection.OpenAsync([.. RawHttp2.CallHeaders(Say), .. attacker.Payment, ("grpc-timeout", timeout)]);
            await call.SendAsync(isWhole ? message : message[..^1], end: isWhole);
        }
    }
}

/// <summary>The connections of an attack.</summary>
/// <param name="target">The gateway or the dummy.</param>
/// <param name="payment">Metadata that pays for one call.</param>
internal sealed class Attacker(IPEndPoint target, (string Name, string Value)[] payment)
{
    private const int MostSockets = 4_000;
    private const int CallsOfConnection = 2_000;

    private readonly Queue<RawHttp2> _connections = new();
    private readonly Queue<Socket> _sockets = new();
    private RawHttp2? _current;
    private int _uses;

    public (string Name, string Value)[] Payment => payment;

    /// <summary>A new connection that reads no stream; beyond so many the oldest is closed.</summary>
    public async Task<RawHttp2> NewConnectionAsync(int most)
    {
        RawHttp2 connection = await RawHttp2.ConnectAsync(target, streamWindow: 0);
        _connections.Enqueue(connection);
        if (_connections.Count > most)
        {
            await _connections.Dequeue().DisposeAsync();
        }

        return connection;
    }

    /// <summary>A connection for many calls, a new one from time to time, and when the server has closed it.</summary>
    public async Task<RawHttp2> ConnectionAsync()
    {
        if (_current is null || _current.Ended.IsCompleted || ++_uses * 50 > CallsOfConnection)
        {
            _uses = 0;
            _current = await RawHttp2.ConnectAsync(target);
            _connections.Enqueue(_current);
            if (_connections.Count > 2)
            {
                await _connections.Dequeue().DisposeAsync();
            }
        }

        return _current;
    }

    /// <summary>Connections that are opened and not used.</summary>
    public async Task ConnectAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(target);
            _sockets.Enqueue(socket);
            if (_sockets.Count > MostSockets)
            {
                _sockets.Dequeue().Dispose();
            }
        }
    }
}
