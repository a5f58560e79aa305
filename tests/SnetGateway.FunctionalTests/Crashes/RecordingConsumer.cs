using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Values;

namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>
/// One consumer with one channel, that pays call after call and writes down what it was given: each amount for which it saw the first byte
/// of an answer, or OK. When the connection breaks it waits for the gateway, asks for its channel's state as SDKs do, and goes on from
/// there.
/// </summary>
internal sealed class RecordingConsumer(PrivateKey key, Address escrow, ChannelId channel, ulong price, ulong block) : IDisposable
{
    // example.EchoRequest: text "x"; three answers; or one answer and then silence until the call is cancelled.
    private static readonly byte[] s_say = Wire.Frame([0x0A, 0x01, (byte)'x']);
    private static readonly byte[] s_count = Wire.Frame([0x10, 0x03]);
    private static readonly byte[] s_countAndStall = Wire.Frame([0x10, 0x02, 0x58, 0x01]);

    private readonly PaidRequests _requests = new(key, escrow, channel, block);
    private readonly ClientHttp _http = new();
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
            using HttpResponseMessage answer =
                await _http.SendAsync(_requests.Call(gateway, "Count", s_countAndStall, amount), CancellationToken.None).WithTimeout();
            await using Stream body = await answer.Content.ReadAsStreamAsync();
            byte[] header = new byte[5];
            await body.ReadExactlyAsync(header).AsTask().WithTimeout();
            Grant(amount); // leaving the block resets the stream: the answer has not ended
            _signed = amount;
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>True when the next amount is known: the call was charged, or certainly was not.</summary>
    private async Task<bool> CallAsync(Uri gateway, string method, byte[] message, Action granted)
    {
        ulong amount = _signed + price;
        using HttpResponseMessage answer =
            await _http.SendAsync(_requests.Call(gateway, method, message, amount), CancellationToken.None).WithTimeout();
        await using Stream body = await answer.Content.ReadAsStreamAsync();
        byte[] buffer = new byte[4096];
        bool hasByte = false;
        while (await body.ReadAsync(buffer).AsTask().WithTimeout() > 0)
        {
            if (!hasByte)
            {
                hasByte = true;
                Grant(amount);
                granted();
            }
        }

        (string? status, string text) = PaidRequests.StatusOf(answer);
        if (status == "0")
        {
            Grant(amount);
            _signed = amount;
            return true;
        }

        lock (_lock)
        {
            _refusals.Add($"{status}: {text}");
        }

        return false;
    }

    private async Task AskStateAsync(Uri gateway)
    {
        _signed = await _requests.AskSignedAsync(_http, gateway);
        if (_signed < HighestGranted)
        {
            throw new InvalidOperationException(
                $"Channel {channel} was granted {HighestGranted} cogs, and the gateway knows of {_signed}: money was lost.");
        }
    }

    private void Grant(ulong amount)
    {
        lock (_lock)
        {
            _granted.Add(amount);
        }
    }
}
