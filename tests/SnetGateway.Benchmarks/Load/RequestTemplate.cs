using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using SnetGateway.Benchmarks.Hpack;

namespace SnetGateway.Benchmarks.Load;

/// <summary>The frames of a paid unary call, built so that sending one more costs a few copies.</summary>
/// <remarks>
/// What every call has in common goes into the server's header table with the first request of a connection, as the usual gRPC
/// clients do it, and is one byte per header from then on. Channel, nonce, amount and signature are written out on each call.
/// </remarks>
internal class RequestTemplate
{
    protected const int FrameHeaderLength = 9;
    private const int MethodPostIndex = 3;
    private const int SchemeHttpIndex = 6;
    private const int FirstDynamicIndex = 62;
    private const byte EndStream = 0x1;
    private const byte EndHeaders = 0x4;
    private const int LongestHeaderBlock = 1024;

    private static readonly string[] s_paymentNames =
    [
        "snet-payment-channel-id", "snet-payment-channel-nonce", "snet-payment-channel-amount", "snet-payment-channel-signature-bin",
    ];

    private readonly (string Name, string Value)[] _common;
    private readonly byte[] _message;

    /// <summary>A gRPC call that is answered with the message that is sent.</summary>
    /// <param name="authority">Host and port of the server.</param>
    /// <param name="path">The method, such as <c>/example.Echo/Say</c>.</param>
    /// <param name="messageBytes">Length of the message that is sent, without its five-byte prefix.</param>
    public RequestTemplate(string authority, string path, int messageBytes)
        : this(authority, path, "application/grpc", GrpcBody(Enumerable.Repeat((byte)'x', messageBytes).ToArray()), 5 + messageBytes)
    {
    }

    /// <summary>Any call.</summary>
    /// <param name="authority">Host and port of the server.</param>
    /// <param name="path">The path.</param>
    /// <param name="contentType">What the body is. Answers without a gRPC status are right unless it is gRPC.</param>
    /// <param name="body">What is sent.</param>
    /// <param name="answerBytes">Length of the right answer; <see cref="AnyAnswer"/> for any but an empty one.</param>
    /// <param name="paymentType">The payment kind; null for a call without a payment.</param>
    public RequestTemplate(
        string authority, string path, string contentType, byte[] body, int answerBytes, string? paymentType = "escrow")
    {
        AnswerBytes = answerBytes;
        IsGrpc = contentType.StartsWith("application/grpc", StringComparison.Ordinal);
        _common =
        [
            (":path", path), (":authority", authority), ("content-type", contentType), ("te", "trailers"),
            ("user-agent", "grpc-load/1.0"), ("grpc-accept-encoding", "identity,deflate,gzip"),
            .. paymentType is null ? [] : ((string, string)[])[("snet-payment-type", paymentType)],
        ];
        _message = DataFrame(body);
    }

    /// <summary>For answers whose length varies.</summary>
    public const int AnyAnswer = -1;

    /// <summary>Body bytes of the right answer.</summary>
    public int AnswerBytes { get; }

    /// <summary>Whether the answer has a gRPC status.</summary>
    public bool IsGrpc { get; }

    /// <summary>Room that one call needs in a send buffer.</summary>
    public int LongestCall => FrameHeaderLength + LongestHeaderBlock + FrameHeaderLength + BodyBytes;

    /// <summary>What one call takes from the server's flow-control windows.</summary>
    public virtual int BodyBytes => _message.Length - FrameHeaderLength;

    /// <summary>A message with its five-byte prefix.</summary>
    public static byte[] GrpcBody(byte[] message)
    {
        byte[] body = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), message.Length);
        message.CopyTo(body, 5);
        return body;
    }

    /// <summary>Writes HEADERS and DATA of one call, and returns their length.</summary>
    public int Write(Span<byte> target, int streamId, bool firstOfConnection, LoadClient client, int paymentIndex)
    {
        Span<byte> block = target[FrameHeaderLength..];
        int length = HpackWriter.WriteIndexed(block, MethodPostIndex);
        length += HpackWriter.WriteIndexed(block[length..], SchemeHttpIndex);
        if (firstOfConnection)
        {
            foreach ((string? name, string? value) in _common)
            {
                length += HpackWriter.WriteRemembered(block[length..], name, value);
            }
        }
        else
        {
            for (int common = 0; common < _common.Length; common++)
            {
                length += HpackWriter.WriteIndexed(block[length..], FirstDynamicIndex + PaymentNames.Count + _common.Length - 1 - common);
            }
        }

        length += WritePayment(block[length..], firstOfConnection, client, paymentIndex);
        WriteFrameHeader(target, length, type: 1, EndHeaders, streamId);

        Span<byte> data = target[(FrameHeaderLength + length)..];
        byte[] message = client.Call?.Message ?? _message;
        message.CopyTo(data);
        BinaryPrimitives.WriteInt32BigEndian(data[5..], streamId);
        return FrameHeaderLength + length + message.Length;
    }

    /// <summary>The names of the payment's metadata.</summary>
    protected virtual IReadOnlyList<string> PaymentNames => s_paymentNames;

    /// <summary>The payment's metadata. The names are in the server's table after the first request of a connection.</summary>
    protected virtual int WritePayment(Span<byte> block, bool firstOfConnection, LoadClient client, int paymentIndex)
    {
        Span<byte> amount = stackalloc byte[20];
        Span<byte> signature = stackalloc byte[88];
        Utf8Formatter.TryFormat(client.Stock.Amount(paymentIndex), amount, out int amountLength);
        Base64.EncodeToUtf8(client.Stock.Signature(paymentIndex), signature, out _, out int signatureLength);
        amount = amount[..amountLength];
        signature = signature[..signatureLength];
        return firstOfConnection
            ? WriteFirst(block, client, amount, signature)
            : WriteLater(block, client, amount, signature);
    }

    /// <summary>DATA of a call.</summary>
    protected static byte[] DataFrame(byte[] body)
    {
        byte[] message = new byte[FrameHeaderLength + body.Length];
        WriteFrameHeader(message, body.Length, type: 0, EndStream, streamId: 0);
        body.CopyTo(message, FrameHeaderLength);
        return message;
    }

    /// <summary>The index of a payment's metadata in the server's table: the newest entry has the lowest.</summary>
    protected int IndexOf(int payment) => FirstDynamicIndex + PaymentNames.Count - 1 - payment;

    private static int WriteFirst(Span<byte> block, LoadClient client, ReadOnlySpan<byte> amount, ReadOnlySpan<byte> signature)
    {
        string[] values =
        [
            client.Stock.Channel.Id.ToString(CultureInfo.InvariantCulture),
            client.Stock.Channel.Nonce.ToString(CultureInfo.InvariantCulture),
            Encoding.ASCII.GetString(amount), Encoding.ASCII.GetString(signature),
        ];
        int length = 0;
        foreach ((string? name, string? value) in s_paymentNames.Zip(values))
        {
            length += HpackWriter.WriteRemembered(block[length..], name, value);
        }

        return length;
    }

    private int WriteLater(Span<byte> block, LoadClient client, ReadOnlySpan<byte> amount, ReadOnlySpan<byte> signature)
    {
        Span<byte> number = stackalloc byte[20];
        Utf8Formatter.TryFormat(client.Stock.Channel.Id, number, out int digits);
        int length = HpackWriter.WriteOnce(block, IndexOf(0), number[..digits]);
        Utf8Formatter.TryFormat(client.Stock.Channel.Nonce, number, out digits);
        length += HpackWriter.WriteOnce(block[length..], IndexOf(1), number[..digits]);
        length += HpackWriter.WriteOnce(block[length..], IndexOf(2), amount);
        return length + HpackWriter.WriteOnce(block[length..], IndexOf(3), signature);
    }

    private static void WriteFrameHeader(Span<byte> target, int length, byte type, byte flags, int streamId)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, length << 8);
        target[3] = type;
        target[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(target[5..], streamId);
    }
}
