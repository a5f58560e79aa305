using System.Text;
using SnetGateway.Benchmarks.Hpack;

namespace SnetGateway.Benchmarks.Load;

/// <summary>
/// Calls whose clients send the same again and again: their <see cref="FixedCall"/>. Values are written out on each call.
/// </summary>
/// <param name="authority">Host and port of the server.</param>
/// <param name="path">The method.</param>
/// <param name="paymentType">The payment kind; null for a call without a payment.</param>
/// <param name="names">The names of the payment's metadata.</param>
/// <param name="bodyBytes">Length of every request's body.</param>
/// <param name="answerBytes">Length of the right answer.</param>
internal sealed class FixedTemplate(
    string authority, string path, string? paymentType, IReadOnlyList<string> names, int bodyBytes, int answerBytes)
    : RequestTemplate(authority, path, "application/grpc", [], answerBytes, paymentType)
{
    public override int BodyBytes => bodyBytes;

    protected override IReadOnlyList<string> PaymentNames => names;

    /// <summary>A call of a client.</summary>
    public FixedCall Call(byte[] body, params string[] values) => body.Length == bodyBytes
        ? new FixedCall(DataFrame(body), [.. values.Select(Encoding.ASCII.GetBytes)])
        : throw new InvalidOperationException($"a request has {body.Length} bytes, and not {bodyBytes}");

    protected override int WritePayment(Span<byte> block, bool firstOfConnection, LoadClient client, int paymentIndex)
    {
        byte[][] values = client.Call!.Values;
        int length = 0;
        for (int index = 0; index < names.Count; index++)
        {
            length += firstOfConnection
                ? HpackWriter.WriteRemembered(block[length..], names[index], Encoding.ASCII.GetString(values[index]))
                : HpackWriter.WriteOnce(block[length..], IndexOf(index), values[index]);
        }

        return length;
    }
}
