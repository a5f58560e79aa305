using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Control;
using SnetGateway.Grpc.Client;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>
/// One consumer with one channel, that pays call after call and writes down what it was given: each amount for which it saw the first byte of an
/// answer, or OK. When the connection breaks it waits for the gateway, asks for its channel's state as SDKs do, and goes on from there.
/// </summary>
internal sealed class RecordingConsumer(PrivateKey key, Address escrow, ChannelId channel, ulong price, ulong block) : IDisposable
{
    // example.EchoRequest: text "x"; three answers; or one answer and then silence until the call is cancelled.
    private static readonly byte[] s_say = Wire.Frame([0x0A, 0x01, (byte)'x']);
    private static readonly byte[] s_count = Wire.Frame([0x10, 0x03]);
    private static readonly byte[] s_countAndStall = Wire.Frame([0x10, 0x02, 0x58, 0x01]);

    private static readonly GrpcMethod<ChannelStateRequest, ChannelStateReply> s_getState =
        GrpcMethod.Protobuf<ChannelStateRequest, ChannelStateReply>($"/{ChannelStateService.Name}/GetChannelState");

    private readonly HttpMessageInvoker _http = new(GrpcClient.CreateHandler());
    private readonly Lock _lock = new();
    private readonly SortedSet<ulong> _granted = [];
    private readonly List<string> _refusals = [];
    private ulong _signed;

    public ChannelId Channel => channel;

    /// <summary>Amounts for which it saw a byte or OK, lowest first.</summary>
    public ulong[] Granted
    {
        get
        {
            lock (_lock)
            {
                return [.. _granted];
            }
        }
    }

    /// <summary>The highest of them; 0 before the first.</summary>
    public ulong HighestGranted
    {
        get
        {
            lock (_lock)
            {
                return _granted.Max;
            }
        }
    }

    /// <summary>Every status but OK that it got, with its text.</summary>
    public string[] Refusals
    {
        get
        {
            lock (_lock)
            {
                return [.. _refusals];
            }
        }
    }

    /// <summary>Pays until it is told to stop.</summary>
    /// <param name="gateway">Where the gateway listens, in each of its lives.</param>
    /// <param name="lives">Tells when it is back.</param>
    /// <param name="granted">Told of each grant.</param>
    /// <param name="stop">Ends it after the call that runs.</param>
    public async Task PayAsync(Uri gateway, GatewayLives lives, Action granted, CancellationToken stop)
    {
        bool isSure = false;
        for (int call = 0; !stop.IsCancellationRequested; call++)
        {
            int life = lives.Current;
            try
            {
                if (!isSure)
                {
                    await AskStateAsync(gateway);
                    isSure = true;
                }

                bool streams = call % 4 == 3; // so that some are killed in the middle of an answer
                isSure = await CallAsync(gateway, streams ? "Count" : "Say", streams ? s_count : s_say, granted);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                isSure = false;
                await lives.AfterAsync(life, stop);
            }
        }
    }

    /// <summary>Pays for a call, takes its first message and resets the stream; so many times.</summary>
    public async Task TakeFirstAndResetAsync(Uri gateway, int times)
    {
        for (int i = 0; i < times; i++)
        {
            ulong amount = _signed + price;
            using HttpResponseMessage answer = await _http.SendAsync(Request(gateway, "Count", s_countAndStall, amount), CancellationToken.None).Soon();
            await using Stream body = await answer.Content.ReadAsStreamAsync();
            var header = new byte[5];
            await body.ReadExactlyAsync(header).AsTask().Soon();
            Grant(amount); // leaving the block resets the stream: the answer has not ended
            _signed = amount;
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>True when the next amount is known: the call was charged, or certainly was not.</summary>
    private async Task<bool> CallAsync(Uri gateway, string method, byte[] message, Action granted)
    {
        ulong amount = _signed + price;
        using HttpResponseMessage answer = await _http.SendAsync(Request(gateway, method, message, amount), CancellationToken.None).Soon();
        await using Stream body = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[4096];
        bool hasByte = false;
        while (await body.ReadAsync(buffer).AsTask().Soon() > 0)
        {
            if (!hasByte)
            {
                hasByte = true;
                Grant(amount);
                granted();
            }
        }

        string? status = Header(answer.TrailingHeaders, "grpc-status") ?? Header(answer.Headers, "grpc-status");
        if (status == "0")
        {
            Grant(amount);
            _signed = amount;
            return true;
        }

        string text = Uri.UnescapeDataString(Header(answer.TrailingHeaders, "grpc-message") ?? Header(answer.Headers, "grpc-message") ?? "");
        lock (_lock)
        {
            _refusals.Add($"{status}: {text}");
        }

        return false;
    }

    private async Task AskStateAsync(Uri gateway)
    {
        byte[] id = channel.Value.ToBigEndian();
        byte[] signature = key.SignMessage([.. "__get_channel_state"u8, .. escrow.ToBytes(), .. id, .. UInt256.FromUInt64(block).ToBigEndian()]);
        ChannelStateReply state;
        try
        {
            state = (await new GrpcClient(_http, gateway).UnaryAsync(
                s_getState,
                new ChannelStateRequest { ChannelId = ByteString.CopyFrom(id), Signature = ByteString.CopyFrom(signature), CurrentBlock = block },
                null,
                CancellationToken.None).Soon()).Message;
        }
        catch (Grpc.Statuses.GrpcStatusException exception) when (exception.InnerException is HttpRequestException or IOException)
        {
            throw new IOException("The gateway went away.", exception);
        }

        _ = UInt256.TryReadBigEndian(state.CurrentSignedAmount.Span, out UInt256 signed);
        _signed = ulong.Parse(signed.ToString(), CultureInfo.InvariantCulture);
        if (_signed < HighestGranted)
        {
            throw new InvalidOperationException($"Channel {channel} was granted {HighestGranted} cogs, and the gateway knows of {_signed}: money was lost.");
        }
    }

    private HttpRequestMessage Request(Uri gateway, string method, byte[] message, ulong amount)
    {
        var signed = new byte[ClaimMessage.Length];
        ClaimMessage.Write(signed, escrow, channel, new ChannelNonce(0), amount);
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway, $"/example.Echo/{method}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(message) { Headers = { ContentType = new MediaTypeHeaderValue(Wire.ContentType) } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Headers.Add("snet-payment-type", "escrow");
        request.Headers.Add("snet-payment-channel-id", channel.ToString());
        request.Headers.Add("snet-payment-channel-nonce", "0");
        request.Headers.Add("snet-payment-channel-amount", amount.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("snet-payment-channel-signature-bin", Convert.ToBase64String(key.SignMessage(signed)));
        return request;
    }

    private static string? Header(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.ToString() : null;

    private void Grant(ulong amount)
    {
        lock (_lock)
        {
            _granted.Add(amount);
        }
    }
}
