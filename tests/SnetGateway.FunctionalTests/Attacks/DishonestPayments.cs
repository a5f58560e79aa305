using System.Globalization;
using System.Numerics;
using System.Text;
using SnetGateway.Ethereum.Hashing;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;
using static SnetGateway.FunctionalTests.Attacks.AttackGateway;
using static SnetGateway.FunctionalTests.Attacks.DishonestPayment;

namespace SnetGateway.FunctionalTests.Attacks;

/// <summary>
/// Malformed and dishonest payments, each with its documented answer (docs/protocol/escrow-payments.md, 'Order of checks'). The amount paid
/// before is 10, the price 10, the channel holds 1,000 cogs at nonce 3.
/// </summary>
internal static class DishonestPayments
{
    private const string BadSignature = "payment signature is not valid";
    private const string WrongSigner = "payment is not signed by channel signer";
    private const string BadBinary = $"malformed binary metadata in header \"{PaymentMetadata.ChannelSignature}\"";

    private static readonly BigInteger s_twoTo256 = BigInteger.One << 256;
    private static readonly BigInteger s_order = BigInteger.Parse(
        "0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>
    /// Every spelling of a number (docs/protocol/escrow-payments.md, 'Numbers') that is no canonical decimal, and others that some parser
    /// takes for a number.
    /// </summary>
    private static readonly string[] s_spellings =
    [
        "", "+42", "-42", "-0", "+0", "00", "042", "010", "0042", "08", "09", "0x2A", "0X2a", "0x", "0X", "0x-1", "0x_1", "0x_1_F", "0b101",
        "0B101", "0o17", "0O17", "0_7",
        "0_8", "1_000", "_1", "1_", "1__0", " 42", "42 ", "4 2", "\t42", "42\t", "1e3", "1E0", "1.0", "42.", ".5", "abc", "null", "NaN",
        "Infinity", "--1", "+-1", "2A", "42;", "42,42",
        "1,000", "1'000", "\"42\"", "%34%32", "42%00", "\u06f4\u06f2", "\uff14\uff12", "\u221242", "\u00bd", "42\u00a0", "\u200b42", "42n",
        "42L", "0.42e2",
    ];

    public static IReadOnlyDictionary<string, DishonestPayment> All { get; } =
        Numbers().Concat(Metadata()).Concat(Binaries()).Concat(Shapes()).Concat(Signers()).Concat(Channels()).Concat(Totals()).ToDictionary(
            row => row.Name);

    private static List<(string Name, string Value)> Next(ChannelId id) => Pay(id, 20);

    /// <summary>A text as it goes into a header, which is bytes: those of UTF-8.</summary>
    private static string Bytes(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>What is not printed is a space in the text.</summary>
    private static string Wrong(string key, string value) =>
        $"incorrect format \"{key}\": \"{(value.Length <= 100 ? value : value[..100]).Replace('\t', ' ').Replace('\u200b', ' ')}\"";

    private static IEnumerable<DishonestPayment> Numbers()
    {
        (string Key, Func<ChannelId, BigInteger> Right)[] keys =
        [
            (PaymentMetadata.ChannelId, id => BigInteger.Parse(id.ToString(), CultureInfo.InvariantCulture)),
            (PaymentMetadata.ChannelNonce, _ => Nonce),
            (PaymentMetadata.ChannelAmount, _ => 20),
        ];
        foreach ((string key, Func<ChannelId, BigInteger> right) in keys)
        {
            foreach (string spelling in s_spellings)
            {
                yield return new(
                    $"{key} spelled [{spelling.Replace("\t", "TAB", StringComparison.Ordinal)}]", AttackStage.Shape,
                    id => With(Next(id), key, Bytes(spelling)), 3, Wrong(key, spelling));
            }

            (string Name, Func<BigInteger, string> Of)[] disguises =
            [
                ("with a plus", right => $"+{right}"),
                ("with a zero before", right => $"0{right}"),
                ("in hexadecimal", right => "0x" + right.ToString("x", CultureInfo.InvariantCulture)),
                ("negated", right => $"-{right}"),
                ("plus 2^256", right => (right + s_twoTo256).ToString(CultureInfo.InvariantCulture)),
                ("plus 2 * 2^256", right => (right + (2 * s_twoTo256)).ToString(CultureInfo.InvariantCulture)),
                ("plus 2^320", right => (right + (BigInteger.One << 320)).ToString(CultureInfo.InvariantCulture)),
                ("less 2^256", right => (right - s_twoTo256).ToString(CultureInfo.InvariantCulture)),
                ("with 60 zeros before", right => new string('0', 60) + right),
                ("with 5000 zeros before", right => new string('0', 5000) + right),
            ];
            foreach ((string name, Func<BigInteger, string> of) in disguises)
            {
                yield return new(
                    $"{key} {name}", AttackStage.Shape, id => With(Next(id), key, of(right(id))), 3, id => Wrong(key, of(right(id))));
            }

            yield return new($"{key} 2^256", AttackStage.Shape, id => With(Next(id), key, $"{s_twoTo256}"), 3, Wrong(key, $"{s_twoTo256}"));
            yield return new(
                $"{key} of 12000 nines", AttackStage.Shape, id => With(Next(id), key, new string('9', 12_000)), 3,
                Wrong(key, new string('9', 100)));
            yield return new(
                $"{key} of 101 letters", AttackStage.Shape, id => With(Next(id), key, new string('x', 101)), 3,
                Wrong(key, new string('x', 100)));
        }
    }

    private static IEnumerable<DishonestPayment> Metadata()
    {
        string[] keys =
            [PaymentMetadata.ChannelId, PaymentMetadata.ChannelNonce, PaymentMetadata.ChannelAmount, PaymentMetadata.ChannelSignature];
        for (int i = 0; i < keys.Length; i++)
        {
            string key = keys[i];
            string[] rest = keys[i..];
            yield return new($"{key} missing", AttackStage.Shape, id => With(Next(id), key), 3, $"missing \"{key}\"");
            yield return new(
                $"{key} and all after it missing", AttackStage.Shape, id => Next(id).Where(header => !rest.Contains(header.Name)), 3,
                $"missing \"{key}\"");
            yield return new(
                $"{key} twice the same", AttackStage.Shape, id => [.. Next(id), Next(id).Single(header => header.Name == key)], 3,
                id => TooMany(key, $"{Value(id, key)} {Value(id, key)}"));
            yield return new(
                $"{key} twice, the right one last", AttackStage.Shape, id => [.. With(Next(id), key), (key, "7"), (key, Value(id, key))], 3,
                id => TooMany(key, $"7 {Value(id, key)}"));
            yield return new(
                $"{key} twice, once empty", AttackStage.Shape, id => [.. Next(id), (key, "")], 3, id => TooMany(key, $"{Value(id, key)} "));
            yield return new(
                $"{key} fifty times", AttackStage.Shape, id => [.. With(Next(id), key), .. Enumerable.Repeat((key, "42"), 50)], 3,
                TooMany(key, string.Join(' ', Enumerable.Repeat("42", 50))));
        }

        yield return new(
            "an id in bytes that are no text", AttackStage.Shape, id => With(Next(id), PaymentMetadata.ChannelId, "4\u00ff2"), 3,
            Wrong(PaymentMetadata.ChannelId, "4\ufffd2"));
        yield return new(
            "an id twice, once not in ASCII", AttackStage.Shape, id => With(Next(id), PaymentMetadata.ChannelId, "4", Bytes("\u00bd")), 3,
                $"too many values for key \"{PaymentMetadata.ChannelId}\": [4 \u00bd]");
        yield return new(
            "an id that controls a terminal", AttackStage.Shape,
            id => With(Next(id), PaymentMetadata.ChannelId, Bytes("\u001b[31m4\u009b2")), 3,
            Wrong(PaymentMetadata.ChannelId, " [31m4 2"));
        yield return new("no metadata at all", AttackStage.Shape, _ => RawHeaders(), 3, $"missing \"{PaymentMetadata.ChannelId}\"");
        yield return new(
            "all wrong, the id is told", AttackStage.Shape, _ => Headers(Method, "x", "y", "z", "!"), 3,
            Wrong(PaymentMetadata.ChannelId, "x"));
        yield return new(
            "nonce, amount and signature wrong, the nonce is told", AttackStage.Shape, id => Headers(Method, id.ToString(), "y", "z", "!"),
            3, Wrong(PaymentMetadata.ChannelNonce, "y"));
        yield return new(
            "amount and signature wrong, the amount is told", AttackStage.Shape, id => Headers(Method, id.ToString(), "3", "z", "!"), 3,
            Wrong(PaymentMetadata.ChannelAmount, "z"));
        foreach (string type in new[]
        {
            "", "job", "\u0435scrow", "Escrow", "ESCROW", " escrow", "escrow ", "escrow,escrow", "licence", "free-call", "prepaid-call",
            "train-call", "0", new string('t', 300),
        })
        {
            yield return new(
                $"type [{(type.Length > 20 ? "long" : type)}]", AttackStage.Shape,
                id => With(Next(id), PaymentMetadata.Type, Bytes(type)), 3,
                $"unexpected \"snet-payment-type\", value: \"{(type.Length > 100 ? type[..100] : type)}\"");
        }

        yield return new(
            "type job, then escrow", AttackStage.Shape, id => With(Next(id), PaymentMetadata.Type, "job", "escrow"), 3,
            "unexpected \"snet-payment-type\", value: \"job\"");
        yield return new(
            "underscores instead of hyphens", AttackStage.Shape,
            id => Next(id).Select(header => (header.Name.Replace('-', '_'), header.Value)).Concat([("content-type", "application/grpc")]),
            3, $"missing \"{PaymentMetadata.ChannelId}\"");

        static IEnumerable<(string Name, string Value)> RawHeaders() => Infrastructure.RawHttp2.CallHeaders(Method);
        static string Value(ChannelId id, string key) => Next(id).Single(header => header.Name == key).Value;

        // A signature is not repeated: who reads the text or the log could pay with it.
        static string TooMany(string key, string values) => key == PaymentMetadata.ChannelSignature
            ? $"too many values for key \"{key}\""
            : $"too many values for key \"{key}\": [{(values.Length > 100 ? values[..100] : values)}]";
    }

    private static IEnumerable<DishonestPayment> Binaries()
    {
        string good = Base64(Sign(Signer, Escrow, 1, 1, 1)); // 87 characters, unpadded
        (string Name, string Value)[] malformed =
        [
            ("one character", "A"), ("five characters", "AAAAA"), ("a comma", "AA,AA"), ("two joined by a comma", $"{good},{good}"),
            ("URL-safe", "-_-_" + good[4..]),
            ("a space inside", good[..40] + " " + good[40..]), ("a space behind", good + " "), ("a space before", " " + good),
            ("padding inside", "AA==" + good[4..]), ("padding only", "===="),
            ("too much padding", good + "=="), ("padding without need", "AAAA="), ("a line's end in percent", good[..86] + "%0A"),
            ("a quote", "\"" + good[2..] + "\""), ("no base64", "!!!!"), ("letters that are no ASCII", "\u00e9\u00e9\u00e9\u00e9"),
        ];
        foreach ((string name, string value) in malformed)
        {
            yield return new(
                $"signature's base64 with {name}", AttackStage.Shape, id => With(Next(id), PaymentMetadata.ChannelSignature, value), 13,
                BadBinary);
        }
    }

    private static IEnumerable<DishonestPayment> Shapes()
    {
        foreach (int length in new[] { 0, 1, 2, 32, 63, 64, 66, 96, 97, 128, 129, 130, 256, 257, 6000 })
        {
            yield return Signed($"{length} bytes", right => [.. right.Take(length), .. new byte[Math.Max(0, length - 65)]]);
        }

        yield return new(
            "signature in hex", AttackStage.Memory,
            id => With(Next(id), PaymentMetadata.ChannelSignature, Convert.ToHexStringLower(Right(id))), 16, BadSignature);
        yield return new(
            "signature in hex with 0x", AttackStage.Memory,
            id => With(Next(id), PaymentMetadata.ChannelSignature, "0x" + Convert.ToHexStringLower(Right(id))), 16, BadSignature);
        yield return Signed("v before r and s", right => [right[64], .. right[..64]]);
        foreach (int v in new[]
        {
            2, 3, 4, 5, 6, 7, 8, 12, 25, 26, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 54, 55, 81, 82, 127, 128, 129, 155, 216, 243, 244, 254,
            255,
        })
        {
            yield return Signed($"v {v}", right => [.. right[..64], (byte)v]);
        }

        byte[] n = Number(s_order), aboveN = Number(s_order + 1), most = Number(s_twoTo256 - 1), zero = new byte[32], notOnTheCurve =
            Number(5);
        yield return Signed("all zero", _ => new byte[65]);
        yield return Signed("all zero, v 27", _ => [.. zero, .. zero, 27]);
        yield return Signed("all ones", _ => [.. most, .. most, 255]);
        foreach (byte v in new byte[] { 0, 1, 27, 28 })
        {
            yield return Signed($"r zero, v {v}", right => [.. zero, .. right[32..64], v]);
            yield return Signed($"s zero, v {v}", right => [.. right[..32], .. zero, v]);
            yield return Signed($"r n, v {v}", right => [.. n, .. right[32..64], v]);
            yield return Signed($"s n, v {v}", right => [.. right[..32], .. n, v]);
            yield return Signed($"r n+1, v {v}", right => [.. aboveN, .. right[32..64], v]);
            yield return Signed($"s n+1, v {v}", right => [.. right[..32], .. aboveN, v]);
            yield return Signed($"r 2^256-1, v {v}", right => [.. most, .. right[32..64], v]);
            yield return Signed($"s 2^256-1, v {v}", right => [.. right[..32], .. most, v]);
            yield return Signed($"r no point of the curve, v {v}", right => [.. notOnTheCurve, .. right[32..64], v]);
        }


        static DishonestPayment Signed(string name, Func<byte[], byte[]> change) => new(
            $"signature: {name}", AttackStage.Memory, id => With(Next(id), PaymentMetadata.ChannelSignature, Base64(change(Right(id)))), 16,
            BadSignature);
    }

    private static IEnumerable<DishonestPayment> Signers()
    {
        yield return By("by a stranger", id => Sign(Stranger, Escrow, id.Value, Nonce, 20));
        yield return By("by the recipient", id => Sign(Recipient, Escrow, id.Value, Nonce, 20));
        yield return By("over another nonce", id => Sign(Signer, Escrow, id.Value, Nonce + 1, 20));
        yield return By("over an earlier nonce", id => Sign(Signer, Escrow, id.Value, Nonce - 1, 20));
        yield return By("over another amount", id => Sign(Signer, Escrow, id.Value, Nonce, 21));
        yield return By("over the amount paid before", id => Sign(Signer, Escrow, id.Value, Nonce, 10));
        yield return By("over another channel", id => Sign(Signer, Escrow, id.Value.SaturatingAdd(1), Nonce, 20));
        yield return By("over another escrow", id => Sign(Signer, Recipient.Address, id.Value, Nonce, 20));
        yield return By("over no escrow", id => Sign(Signer, default, id.Value, Nonce, 20));
        yield return By("over id and nonce exchanged", id => Sign(Signer, Escrow, Nonce, id.Value, 20));
        yield return By("over nonce and amount exchanged", id => Sign(Signer, Escrow, id.Value, 20, Nonce));
        foreach (string prefix in new[]
        {
            "", "__MPE_claim_messagE", "__MPE_claim_message_1", "__get_channel_state", "__start_claim", "1__MPE_claim_message",
        })
        {
            yield return By($"with the prefix [{prefix}]", id => Sign(Signer, Escrow, id.Value, Nonce, 20, prefix));
        }

        yield return By("without the wallet's prefix", id => Signer.SignDigest(Keccak256.Hash(Message(id))));
        yield return By("over the message and the chain's id", id => Signer.SignMessage([.. Message(id), .. UInt256.One.ToBigEndian()]));
        yield return By(
            "over the message in hex", id => Signer.SignMessage(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Message(id)))));
        yield return By("over nothing", _ => Signer.SignMessage([]));
        yield return By("with the other v", id => Change(Right(id), right => right[64] ^= 7)); // 27 and 28 change places
        yield return By("with s mirrored and v as it was", id => Mirror(Right(id), flip: false));
        yield return By("with a bit of s changed", id => Change(Right(id), right => right[40] ^= 1));

        static DishonestPayment By(string name, Func<ChannelId, byte[]> sign) => new(
            $"signed {name}", AttackStage.Memory, id => With(Next(id), PaymentMetadata.ChannelSignature, Base64(sign(id))), 16,
            WrongSigner);
    }

    private static IEnumerable<DishonestPayment> Channels()
    {
        yield return new(
            "an earlier nonce", AttackStage.Memory, id => Pay(id, 20, nonce: 2), 1000,
            "incorrect payment channel nonce, latest: 3, sent: 2");
        yield return new(
            "nonce 0", AttackStage.Memory, id => Pay(id, 20, nonce: 0), 1000, "incorrect payment channel nonce, latest: 3, sent: 0");
        yield return new(
            "an earlier nonce, badly signed", AttackStage.Memory, id => Pay(id, 20, nonce: 2, by: Stranger), 1000,
            "incorrect payment channel nonce, latest: 3, sent: 2");
        yield return new(
            "an earlier nonce, no signature", AttackStage.Memory, id => Pay(id, 20, nonce: 2, signature: []), 1000,
            "incorrect payment channel nonce, latest: 3, sent: 2");
        yield return new(
            "a future nonce, signed by a party", AttackStage.Memory, id => Pay(id, 20, nonce: 4), 1000,
            "incorrect payment channel nonce, latest: 3, sent: 4", looks: 1);
        yield return new(
            "a future nonce, signed by a stranger", AttackStage.Memory, id => Pay(id, 20, nonce: 4, by: Stranger), 1000,
            "incorrect payment channel nonce, latest: 3, sent: 4");
        yield return new(
            "a future nonce, no signature", AttackStage.Memory, id => Pay(id, 20, nonce: 4, signature: []), 1000,
            "incorrect payment channel nonce, latest: 3, sent: 4");
        yield return new(
            "the last nonce there is", AttackStage.Memory,
            id => Headers(
                Method, id.ToString(), UInt256.MaxValue.ToString(), "20", Base64(Sign(Signer, Escrow, id.Value, UInt256.MaxValue, 20))),
            1000, $"incorrect payment channel nonce, latest: 3, sent: {UInt256.MaxValue}", looks: 1);
        yield return new(
            "the last id there is, badly signed", AttackStage.Memory, _ => Headers(Method, UInt256.MaxValue.ToString(), "3", "20", ""), 16,
            BadSignature);
        yield return new(
            "the last id there is", AttackStage.Memory,
            id => Headers(Method, UInt256.MaxValue.ToString(), "3", "20", Base64(Right(id))), 16,
            $"payment channel \"{{ID: {UInt256.MaxValue}}}\" not found", looks: 1);
        yield return new(
            "an id that nobody opened", AttackStage.Memory, id => Headers(Method, "999999999", "3", "20", Base64(Right(id))), 16,
            "payment channel \"{ID: 999999999}\" not found", looks: 1);
        yield return new(
            "id 0, which nobody opened", AttackStage.Memory, id => Headers(Method, "0", "3", "20", Base64(Right(id))), 16,
            "payment channel \"{ID: 0}\" not found", looks: 1);
        yield return new(
            "more than the funds", AttackStage.Memory, id => Pay(id, 1_001), 16,
            "not enough tokens on payment channel, channel amount: 1000, payment amount: 1001", looks: 1);
        yield return new(
            "more than the funds, signed by a stranger", AttackStage.Memory, id => Pay(id, 1_001, by: Stranger), 16, WrongSigner);
        yield return new(
            "all that can be written", AttackStage.Memory, id => Pay(id, UInt256.MaxValue), 16,
            $"not enough tokens on payment channel, channel amount: 1000, payment amount: {UInt256.MaxValue}", looks: 1);
        yield return new(
            "a method without a price", AttackStage.Memory, id => Pay(id, 20, path: "/priced.Echo/Other"), 13,
            "internal error: price is not defined for the Method /priced.Echo/Other");
        yield return new(
            "a priced method in other letters", AttackStage.Memory, id => Pay(id, 11, path: "/priced.Echo/cheap"), 13,
            "internal error: price is not defined for the Method /priced.Echo/cheap");
        yield return new(
            "a priced service in other letters", AttackStage.Memory, id => Pay(id, 11, path: "/PRICED.echo/Cheap"), 13,
            "internal error: price is not defined for the Method /PRICED.echo/Cheap");
        yield return new(
            "a priced method and a slash", AttackStage.Memory, id => Pay(id, 11, path: "/priced.Echo/Cheap/"), 13,
            "internal error: price is not defined for the Method /priced.Echo/Cheap/");
        yield return new(
            "a priced method and a parameter", AttackStage.Memory, id => Pay(id, 11, path: "/priced.Echo/Cheap;Dear"), 13,
            "internal error: price is not defined for the Method /priced.Echo/Cheap;Dear");
        yield return new(
            "a channel of this group at another group's service", AttackStage.Memory, id => Pay(id, 20, path: "/other.Echo/Call"), 13,
            WrongGroup(OtherGroup, Group));
        yield return new(
            "the same, badly signed", AttackStage.Memory, id => Pay(id, 20, path: "/other.Echo/Call", signature: []), 13,
            WrongGroup(OtherGroup, Group));
        yield return new("a channel of another group", AttackStage.Memory, id => Pay(id, 20), 13, WrongGroup(Group, OtherGroup))
        {
            Open = gateway => gateway.Open(OtherGroup),
        };
        yield return new("a channel of another recipient", AttackStage.Memory, id => Pay(id, 20), 13,
            "payment channel error: recipient Address from org metadata does not Match on what was retrieved from Channel")
            {
                Open = gateway => gateway.Open(OtherRecipient),
            };
        yield return new("a channel of another recipient, never seen", AttackStage.Memory, id => Pay(id, 20), 13,
            "payment channel error: recipient Address from org metadata does not Match on what was retrieved from Channel",
            looks: 1) { Open = gateway => gateway.Open(OtherRecipient, known: false) };
        yield return new("a channel never seen, badly signed", AttackStage.Memory, id => Pay(id, 20, signature: []), 16, BadSignature)
        {
            Open = gateway => gateway.Open(known: false),
        };
        yield return new(
            "a channel never seen, signed by a stranger", AttackStage.Memory, id => Pay(id, 10, by: Stranger), 16, WrongSigner,
            looks: 1) { Open = gateway => gateway.Open(known: false) };
        foreach (ulong expiration in new ulong[] { 0, 1, 999, 1_000, 1_001, 1_099, 1_100 })
        {
            yield return new($"a channel that ends at block {expiration}", AttackStage.Memory, id => Pay(id, 10), 16,
                $"payment channel is near to be expired, expiration time: {expiration}, current block: 1000, expiration threshold: 100",
                looks: 1) { Open = gateway => gateway.Open(expiration: expiration) };
        }

        yield return new("an expired channel, signed by a stranger", AttackStage.Memory, id => Pay(id, 10, by: Stranger), 16, WrongSigner)
        {
            Open = gateway => gateway.Open(expiration: 1_000),
        };
        yield return new(
            "an empty channel", AttackStage.Memory, id => Pay(id, 10), 16,
            "not enough tokens on payment channel, channel amount: 0, payment amount: 10",
            looks: 1) { Open = gateway => gateway.Open(value: 0) };
    }

    private static IEnumerable<DishonestPayment> Totals()
    {
        foreach (ulong amount in new ulong[] { 0, 1, 5, 9, 10, 11, 19, 21, 30, 1_000 })
        {
            yield return new(
                $"the amount {amount}", AttackStage.Turn, id => Pay(id, amount), 16,
                $"income {(long)amount - 10} does not equal to price 10");
        }

        yield return new(
            "the payment before, byte for byte", AttackStage.Turn, id => Pay(id, 10), 16, "income 0 does not equal to price 10");
        yield return new(
            "the payment before, its v spelled the other way", AttackStage.Turn,
            id => Pay(id, 10, signature: Change(Sign(Signer, Escrow, id.Value, Nonce, 10), right => right[64] -= 27)), 16,
            "income 0 does not equal to price 10");
        yield return new(
            "the payment before, its s mirrored", AttackStage.Turn,
            id => Pay(id, 10, signature: Mirror(Sign(Signer, Escrow, id.Value, Nonce, 10), flip: true)), 16,
            "income 0 does not equal to price 10");
        yield return new(
            "the payment before, padded base64", AttackStage.Turn,
            id => With(Pay(id, 10), PaymentMetadata.ChannelSignature, Convert.ToBase64String(Sign(Signer, Escrow, id.Value, Nonce, 10))),
            16, "income 0 does not equal to price 10");
        yield return new(
            "the payment before, signed by the sender", AttackStage.Turn, id => Pay(id, 10, by: Sender), 16,
            "income 0 does not equal to price 10");
        yield return new(
            "the cheap method's price for the dear one", AttackStage.Turn, id => Pay(id, 11, path: "/priced.Echo/Dear"), 16,
            "income 1 does not equal to price 500");
        yield return new(
            "the cheap method's price for the dear one, its letters escaped", AttackStage.Turn,
            id => Pay(id, 11, path: "/priced.Echo/%44ear"), 16, "income 1 does not equal to price 500");
        yield return new(
            "the cheap method's price for the dear one, by a detour", AttackStage.Turn,
            id => Pay(id, 11, path: "/priced.Echo/Cheap/../Dear"), 16, "income 1 does not equal to price 500");
        yield return new(
            "the cheap method's price for the dear one, as a query", AttackStage.Turn,
            id => Pay(id, 11, path: "/priced.Echo/Dear?/priced.Echo/Cheap"), 16, "income 1 does not equal to price 500");
    }

    private static string WrongGroup(PaymentGroup asked, PaymentGroup found) =>
        $"payment channel error: channel received belongs to another group of replicas, current group: "
        + $"[{string.Join(' ', asked.Id.ToBytes())}], channel group: [{string.Join(' ', found.Id.ToBytes())}]";

    private static byte[] Right(ChannelId id) => Sign(Signer, Escrow, id.Value, Nonce, 20);

    private static byte[] Message(ChannelId id)
    {
        byte[] message = new byte[ClaimMessage.Length];
        ClaimMessage.Write(message, Escrow, id, new ChannelNonce(Nonce), 20);
        return message;
    }

    /// <summary>The other signature of the same key over the same message: s negated, and v with it.</summary>
    private static byte[] Mirror(byte[] signature, bool flip) =>
        [.. signature[..32], .. Number(s_order - Read(signature[32..64])), (byte)(flip ? signature[64] ^ 7 : signature[64])];

    private static byte[] Change(byte[] bytes, Action<byte[]> change)
    {
        change(bytes);
        return bytes;
    }

    private static BigInteger Read(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Number(BigInteger number)
    {
        byte[] bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - bytes.Length], .. bytes];
    }
}
