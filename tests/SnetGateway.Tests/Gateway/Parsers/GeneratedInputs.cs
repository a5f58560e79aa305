using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using SnetGateway.Gateway.Backends.Http;
using SnetGateway.Gateway.Backends.JsonRpc;
using SnetGateway.Gateway.Backends.Processes;
using SnetGateway.Gateway.Backends.Translation;
using SnetGateway.Gateway.Control.Training;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.Prices;
using SnetGateway.GrpcWire.Frames;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Messages;
using SnetGateway.GrpcWire.Web;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Refusal;
using SnetGateway.ProtoJson;
using SnetGateway.Tests.Gateway.Training;
using SnetGateway.Tests.ProtoJson;
using Xunit;

namespace SnetGateway.Tests.Gateway.Parsers;

/// <summary>
/// Every parser of the wire with a generator of inputs, sound ones that were damaged most of the time, and what must hold whatever comes:
/// no exception that is not the parser's own, nothing beyond a bound, and the same result however the input is cut into pieces.
/// </summary>
internal static class GeneratedInputs
{
    private const int MaxMessage = 2_000;

    private static readonly byte[][] s_json =
    [
        """{"jsonrpc":"2.0","id":7,"result":{"a":[1,"}"],"data":{"item":{"text":"x"}}}}"""u8.ToArray(),
        """{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"m","data":null}}"""u8.ToArray(),
        """{"data":{"item":[1,2,{"b":"\u00e4\ud83d\ude00"}],"other":{"deep":[[[{}]]]}},"data":1e400}"""u8.ToArray(),
    ];

    private static readonly byte[] s_gzip = Pack(new byte[300]);
    private static readonly byte[] s_bomb = Pack(new byte[64 * MaxMessage]);

    /// <summary>What reads foreign bytes, by name; each takes one generated input and checks what was made of it.</summary>
    public static IReadOnlyDictionary<string, Action<Random>> Parsers { get; } = new Dictionary<string, Action<Random>>
    {
        ["gRPC and gRPC-Web frames"] = Frames,
        ["request of one message, gzip bombs too"] = Requests,
        ["gRPC-Web text"] = WebText,
        ["program output in lines"] = random => Output(random, ProgramOutput.Lines),
        ["program output in frames"] = random => Output(random, ProgramOutput.Frames),
        ["PROXY header"] = Proxy,
        ["HTTP/2 preface"] = Preface,
        ["metadata of a payment"] = Metadata,
        ["metadata of a free call"] = FreeCall,
        ["upload of training data"] = Upload,
        ["binary metadata, timeouts, content types"] = Values,
        ["JSON-RPC response"] = JsonRpc,
        ["part of a JSON answer"] = JsonPart,
        ["response of a price method"] = Price,
        ["protobuf and JSON by descriptor"] = ProtobufJson,
        ["metadata of an organisation and a service"] = MetadataInputs.Documents,
        ["ids and blocks of IPFS"] = MetadataInputs.Blocks,
        ["answers of the Registry"] = MetadataInputs.RegistryAnswers,
    };

    private static void Frames(Random random)
    {
        byte[] stream = Messages(random);
        var whole = new FrameTracker(MaxMessage);
        FrameEvent end = whole.Skip(stream);
        var pieces = new FrameTracker(MaxMessage);
        FrameEvent last = FrameEvent.None;
        foreach (ReadOnlyMemory<byte> piece in Cut(random, stream))
        {
            last = pieces.Skip(piece.Span);
        }

        Assert.Equal((end, whole.IsInsideFrame), (last, pieces.IsInsideFrame));
    }

    private static void Requests(Random random)
    {
        byte[] body = Messages(random);
        string? encoding = random.Next(3) switch { 0 => null, 1 => "identity", _ => "gzip" };
        (StatusCode Code, byte[]? Message) whole = Read([body]), pieces = Read(Cut(random, body));
        Assert.Equal(whole.Code, pieces.Code);
        Assert.Equal(whole.Message, pieces.Message);

        // The other reader of the same bodies looks at flags and lengths too, so it may only say no more often.
        try
        {
            Assert.Equal(SingleMessage.Read(body, encoding, MaxMessage).ToArray(), whole.Message);
        }
        catch (RpcException)
        {
            // Refused.
        }

        (StatusCode Code, byte[]? Message) Read(IEnumerable<ReadOnlyMemory<byte>> from)
        {
            using var request = new HttpRequestMessage { Content = new Pieces(from) };
            request.Headers.TryAddWithoutValidation("grpc-encoding", encoding);
            try
            {
                // Nothing here waits, so the task is done when it is given.
                byte[] message =
                    RequestBody.ReadMessageAsync(request, MaxMessage, CancellationToken.None).GetAwaiter().GetResult().ToArray();
                Assert.True(message.Length <= MaxMessage || message.Length < body.Length);
                return (StatusCode.OK, message);
            }
            catch (RpcException refused)
            {
                return (refused.Status.StatusCode, null);
            }
        }
    }

    private static void WebText(Random random)
    {
        byte[] text = Encoding.ASCII.GetBytes(Convert.ToBase64String(Messages(random)) + Convert.ToBase64String(Bytes(random, 5)));
        Damage(random, text);
        var whole = default(GrpcWebTextDecoder);
        byte[] decoded = new byte[GrpcWebTextDecoder.MaxBytes(text.Length)];
        int length = whole.Decode(text, decoded);
        var pieces = default(GrpcWebTextDecoder);
        byte[] again = new byte[decoded.Length + 3];
        int at = 0;
        foreach (ReadOnlyMemory<byte> piece in Cut(random, text))
        {
            at += pieces.Decode(piece.Span, again.AsSpan(at));
        }

        Assert.Equal((whole.HasFailed, length), (pieces.HasFailed, at));
        Assert.True(decoded.AsSpan(0, length).SequenceEqual(again.AsSpan(0, at)));
    }

    private static void Output(Random random, ProgramOutput form)
    {
        var text = new List<byte>();
        for (int messages = random.Next(5); messages > 0; messages--)
        {
            byte[] message = Bytes(random, random.Next(20) == 0 ? 100 : 12);
            if (form == ProgramOutput.Frames)
            {
                text.AddRange([0, 0, 0, (byte)message.Length, .. message]);
            }
            else
            {
                text.AddRange([.. message, .. random.Next(3) == 0 ? "\r\n"u8 : "\n"u8]);
            }
        }

        byte[] output = [.. text];
        Damage(random, output);
        output = output[..(output.Length - (random.Next(3) == 0 ? random.Next(output.Length + 1) : 0))];
        const int Most = 80;
        (List<byte[]> found, bool isTooLong, bool hasRest) = Split([output]);
        (List<byte[]> again, bool again2, bool again3) = Split(Cut(random, output));
        Assert.Equal(found, again);
        Assert.Equal((isTooLong, hasRest), (again2, again3));
        Assert.All(found, message => Assert.True(message.Length <= Most));
        if (form == ProgramOutput.Lines && !isTooLong)
        {
            Assert.Equal(
                Encoding.Latin1.GetString(output).Split('\n').Select((line, i) => line.EndsWith('\r') ? line[..^1] : line).Where(
                    line => line.Length > 0),
                found.Select(Encoding.Latin1.GetString));
        }

        (List<byte[]>, bool, bool) Split(IEnumerable<ReadOnlyMemory<byte>> from)
        {
            var pipe = new Pipe(new PipeOptions(minimumSegmentSize: 16, pauseWriterThreshold: 0, useSynchronizationContext: false));
            var messages = new List<byte[]>();
            ReadOnlySequence<byte> rest = default;
            foreach (ReadOnlyMemory<byte> piece in from)
            {
                pipe.Writer.WriteAsync(piece).AsTask().GetAwaiter().GetResult();
                if (!TakeAll())
                {
                    return (messages, true, !rest.IsEmpty);
                }
            }

            pipe.Writer.Complete();
            return (messages, !TakeAll(), !rest.IsEmpty);

            bool TakeAll()
            {
                if (!pipe.Reader.TryRead(out ReadResult read))
                {
                    return true;
                }

                rest = read.Buffer;
                try
                {
                    while (OutputReader.TryTake(form, Most, read.IsCompleted, ref rest) is { } message)
                    {
                        if (form == ProgramOutput.Frames || message.Length > 0)
                        {
                            messages.Add(message);
                        }
                    }
                }
                catch (RpcException)
                {
                    return false;
                }

                pipe.Reader.AdvanceTo(rest.Start, rest.End);
                return true;
            }
        }
    }

    private static void Proxy(Random random)
    {
        byte[] header = random.Next(2) == 0
            ? Encoding.ASCII.GetBytes(
                random.Next(2) == 0 ? "PROXY TCP4 203.0.113.9 127.0.0.1 54321 7000\r\nGET" : "PROXY TCP6 2001:db8::9 ::1 1 65535\r\nPRI")
            : [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0, 12, .. Bytes(random, 30)];
        Damage(random, header);
        ProxyHeaderResult verdict = ProxyHeader.Read(new ReadOnlySequence<byte>(header), out int length, out IPEndPoint? client);
        Assert.True(verdict != ProxyHeaderResult.Complete || (length > 0 && length <= header.Length));
        ProxyHeaderResult cut = ProxyHeader.Read(Sequence(random, header), out int again, out IPEndPoint? same);
        Assert.Equal((verdict, length, client), (cut, again, same));
        if (verdict == ProxyHeaderResult.Complete)
        {
            ProxyHeaderResult early = ProxyHeader.Read(new ReadOnlySequence<byte>(header, 0, random.Next(length)), out _, out _);
            Assert.Equal(ProxyHeaderResult.Incomplete, early);
        }
    }

    private static void Preface(Random random)
    {
        byte[] bytes = [.. Http2Preface.Bytes, .. Bytes(random, 9)];
        Damage(random, bytes);
        bytes = bytes[..random.Next(bytes.Length + 1)];
        int common = Math.Min(bytes.Length, Http2Preface.Bytes.Length);
        bool fits = bytes.AsSpan(0, common).SequenceEqual(Http2Preface.Bytes[..common]);
        PrefaceResult expected = !fits ? PrefaceResult.Http1
            : common == Http2Preface.Bytes.Length ? PrefaceResult.Http2
            : PrefaceResult.Undecided;
        Assert.Equal(expected, Http2Preface.Check(Sequence(random, bytes)));
    }

    private static void Metadata(Random random)
    {
        string[] names =
        [
            "snet-payment-type", "snet-payment-channel-id", "SNET-payment-channel-nonce", "snet-payment-channel-amount",
            "snet-payment-channel-signature-bin", "snet-other", "grpc-timeout", "x",
        ];
        var headers = new HeaderDictionary();
        long bytes = 0;
        for (int count = random.Next(8); count > 0; count--)
        {
            string name = random.Next(8) == 0 ? Text(random, 35) + "y" : names[random.Next(names.Length)];
            if (!headers.ContainsKey(name))
            {
                string[] values = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Text(random, 20))];
                headers[name] = values;
                bytes += values.Sum(value => name.Length + value.Length + 32);
            }
        }

        var read = PaymentMetadata.Read(headers);
        Assert.Equal(bytes, read.Bytes);
        Assert.Equal(headers["snet-payment-channel-id"], read.IdValues);
        Assert.Equal(headers["snet-payment-channel-nonce"], read.NonceValues);
        Assert.Equal(headers["grpc-timeout"], read.TimeoutValues);
    }

    /// <summary>One status or the messages that were sent, the same however the stream is cut into pieces.</summary>
    private static void Upload(Random random)
    {
        byte[] stream = Messages(random);
        string whole = Read(stream.Length + 1);
        Assert.Equal(whole, Read(random.Next(1, stream.Length + 2)));

        string Read(int piece)
        {
            try
            {
                return string.Join(' ', UploadReaderTests.ReadAsync(stream, piece).GetAwaiter().GetResult());
            }
            catch (UploadException refused)
            {
                return refused.Message;
            }
        }
    }

    private static void Price(Random random)
    {
        byte[] message = random.Next(8) == 0
            ? Bytes(random, 14)
            : new PriceInCogs { Price = (ulong)random.NextInt64() >> random.Next(64) }.ToByteArray();
        byte[] body = SingleMessage.Write(message);
        if (random.Next(2) == 0)
        {
            Damage(random, body);
        }

        if (PriceAnswer.TryRead(body, out ulong cogs))
        {
            // The package finds the same price, and nothing else in the message.
            PriceInCogs read = PriceInCogs.Parser.ParseFrom(body.AsSpan(FrameHeader.Size));
            Assert.Equal(read.Price, cogs);
            Assert.Equal(new PriceInCogs { Price = cogs }.CalculateSize(), read.CalculateSize());
        }
    }

    /// <summary>Whatever the spelling: an address has one reading, and what is accepted has the bytes of the token that was sent.</summary>
    private static void FreeCall(Random random)
    {
        byte[] bytes = new byte[20];
        random.NextBytes(bytes);
        char[] address = ("0x" + Convert.ToHexStringLower(bytes)).ToCharArray();
        for (int i = 2; i < address.Length; i++)
        {
            address[i] = random.Next(2) == 0 ? char.ToUpperInvariant(address[i]) : address[i];
        }

        string spelling = new(address);
        string sent = random.Next(4) switch
        {
            0 => spelling[..^random.Next(1, 3)],
            1 => spelling + Text(random, 3) + "zz",
            2 => spelling[2..],
            _ => spelling,
        };
        byte[] token = [.. Bytes(random, 70), (byte)'_', .. Encoding.ASCII.GetBytes($"{random.NextInt64()}")];
        if (random.Next(4) == 0)
        {
            token[random.Next(token.Length)] ^= (byte)random.Next(1, 256);
        }

        var headers = new HeaderDictionary
        {
            [PaymentMetadata.FreeCallUserAddress] = sent,
            [PaymentMetadata.CurrentBlock] = $"{random.NextInt64()}",
            [PaymentMetadata.ChannelSignature] = BinaryMetadata.Encode(Bytes(random, 70)),
            [PaymentMetadata.FreeCallToken] = BinaryMetadata.Encode(token),
        };
        PaymentRefusal? refusal = FreeCallPayment.Read(PaymentMetadata.Read(headers), out FreeCallUse use, out FreeCallToken read);
        Assert.Equal(sent != spelling, refusal?.Message.Contains(PaymentMetadata.FreeCallUserAddress, StringComparison.Ordinal) == true);
        if (refusal is null)
        {
            Assert.Equal(bytes, use.User.Address.ToBytes());
            Assert.Equal((spelling, ""), (use.AddressText, use.User.UserId));
            Assert.Equal(token, read.Bytes.ToArray());
        }
    }

    private static void Values(Random random)
    {
        byte[] bytes = Bytes(random, 70);
        string text = BinaryMetadata.Encode(bytes) + (random.Next(4) == 0 ? Text(random, 3) : "");
        byte[] decoded = new byte[BinaryMetadata.MaxDecodedLength(text.Length)];
        bool isRead = BinaryMetadata.TryDecode(text, decoded, out int written);
        Assert.True(text != BinaryMetadata.Encode(bytes) || (isRead && decoded.AsSpan(0, written).SequenceEqual(bytes)));
        string timeout = random.Next(200_000_000).ToString(CultureInfo.InvariantCulture) + "HMSmunx"[random.Next(7)];
        if (GrpcTimeout.TryParse(timeout, out TimeSpan time))
        {
            Assert.True(time >= TimeSpan.Zero && timeout.Length <= 9);
        }

        GrpcContentType.Parse("application/grpc" + Text(random, 12));
        GrpcTimeout.TryParse(Text(random, 10), out _);
    }

    private static void JsonRpc(Random random)
    {
        byte[] text = Json(random);
        try
        {
            var response = JsonRpcResponse.Read(text, 7);
            Assert.True(response.Error is not null || response.Result.Length > 0);
        }
        catch (ServiceFaultException fault)
        {
            Assert.Equal(StatusCode.Internal, fault.Status.StatusCode);
        }
    }

    private static void JsonPart(Random random)
    {
        byte[] text = Json(random);
        var method = new HttpMethodOptions
        {
            ResponseFrom = random.Next(3) switch { 0 => "data", 1 => "data.item", _ => null },
            ResponseInto = random.Next(2) == 0 ? "x" : null,
        };
        try
        {
            Assert.False(ResponsePart.Find(text, method, KindsSchema.Type).IsEmpty);
        }
        catch (ServiceFaultException fault)
        {
            Assert.Equal(StatusCode.Internal, fault.Status.StatusCode);
        }
    }

    private static void ProtobufJson(Random random)
    {
        var mapping = new ProtoJsonConverter(KindsSchema.Schema);
        try
        {
            // Either way round: what was read is written, and what was written is read as the same again.
            byte[] message = random.Next(2) == 0 ? Bytes(random, 40) : mapping.ToProtobuf(KindsSchema.Type, Json(random));
            byte[] json = mapping.ToJson(KindsSchema.Type, message);
            Assert.Equal(json, mapping.ToJson(KindsSchema.Type, mapping.ToProtobuf(KindsSchema.Type, json)));
        }
        catch (ProtoJsonException)
        {
            // Refused.
        }
    }

    /// <summary>gRPC messages one behind the other, with a wrong flag, length or end now and then.</summary>
    private static byte[] Messages(Random random)
    {
        var stream = new List<byte>();
        for (int messages = random.Next(6) switch { 0 => 0, 5 => random.Next(2, 5), _ => 1 }; messages > 0; messages--)
        {
            byte[] message = random.Next(40) switch
            {
                0 => s_bomb,
                1 or 2 or 3 => s_gzip,
                4 => new byte[random.Next(2 * MaxMessage)],
                _ => Bytes(random, 20),
            };
            byte[] header = new byte[FrameHeader.Size];
            header[0] = (byte)(random.Next(12) switch
            {
                0 => random.Next(256),
                1 => 0x80,
                _ => message == s_gzip || message == s_bomb || random.Next(9) == 0 ? 1 : 0,
            });
            BinaryPrimitives.WriteInt32BigEndian(
                header.AsSpan(1), message.Length + (random.Next(12) == 0 ? random.Next(-message.Length, 9) : 0));
            stream.AddRange(header);
            stream.AddRange(message);
        }

        byte[] bytes = [.. stream];
        if (random.Next(4) == 0)
        {
            Damage(random, bytes);
        }

        return bytes;
    }

    private static byte[] Json(Random random)
    {
        byte[] text = [.. s_json[random.Next(s_json.Length)]];
        for (int changes = random.Next(3); changes > 0; changes--)
        {
            text[random.Next(text.Length)] = (byte)(random.Next(4) == 0 ? random.Next(256) : "{}[]\",:0127nul .\\"[random.Next(17)]);
        }

        return random.Next(10) == 0 ? text[..random.Next(text.Length)] : text;
    }

    internal static void Damage(Random random, byte[] bytes)
    {
        for (int changes = bytes.Length == 0 ? 0 : random.Next(4); changes > 0; changes--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }
    }

    internal static byte[] Bytes(Random random, int most)
    {
        byte[] bytes = new byte[random.Next(most + 1)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static string Text(Random random, int most) =>
        string.Create(random.Next(most + 1), random, static (text, source) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = (char)source.Next(0x20, 0x100);
            }
        });

    private static IEnumerable<ReadOnlyMemory<byte>> Cut(Random random, byte[] bytes)
    {
        for (int at = 0; at < bytes.Length;)
        {
            int length = random.Next(1, Math.Min(bytes.Length - at, bytes.Length > 200 ? 900 : 11) + 1);
            yield return bytes.AsMemory(at, length);
            at += length;
        }
    }

    private static ReadOnlySequence<byte> Sequence(Random random, byte[] bytes)
    {
        Segment? first = null, last = null;
        foreach (ReadOnlyMemory<byte> piece in Cut(random, bytes))
        {
            last = new Segment(piece, last);
            first ??= last;
        }

        return first is null ? default : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is not null)
            {
                before.Next = this;
                RunningIndex = before.RunningIndex + before.Memory.Length;
            }
        }
    }

    /// <summary>A request's body as the proxy copies it, piece by piece.</summary>
    private sealed class Pieces(IEnumerable<ReadOnlyMemory<byte>> pieces) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            foreach (ReadOnlyMemory<byte> piece in pieces)
            {
                stream.Write(piece.Span);
            }

            return Task.CompletedTask;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
