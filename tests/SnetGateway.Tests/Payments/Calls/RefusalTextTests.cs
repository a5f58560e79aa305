using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Payments.Calls;

/// <summary>
/// Codes and texts that the wire needs and no judge here produces, byte for byte (docs/protocol/escrow-payments.md, 'Order of checks').
/// </summary>
public sealed class RefusalTextTests
{
    private static readonly string s_long = new('9', 1_000);

    public static TheoryData<string, int, string> Rows()
    {
        var rows = new TheoryData<string, int, string>();
        void Add(PaymentRefusal refusal, int code, string text) => rows.Add($"{refusal.StatusCode}|{refusal.Message}", code, text);
        const string Key = "snet-payment-channel-amount";
        Add(Refusals.UnexpectedPaymentType("job"), 3, "unexpected \"snet-payment-type\", value: \"job\"");
        Add(Refusals.UnexpectedPaymentType(""), 3, "unexpected \"snet-payment-type\", value: \"\"");
        Add(Refusals.Missing(Key), 3, "missing \"snet-payment-channel-amount\"");
        Add(Refusals.TooMany(Key, ["1", "2"]), 3, "too many values for key \"snet-payment-channel-amount\": [1 2]");
        Add(Refusals.TooManyBinary("x-bin"), 3, "too many values for key \"x-bin\"");
        Add(Refusals.IncorrectFormat(Key, "0x10"), 3, "incorrect format \"snet-payment-channel-amount\": \"0x10\"");
        Add(Refusals.IncorrectFormat(Key, ""), 3, "incorrect format \"snet-payment-channel-amount\": \"\"");
        Add(Refusals.IncorrectFormat(Key, s_long), 3, $"incorrect format \"snet-payment-channel-amount\": \"{s_long[..100]}\"");
        Add(
            Refusals.IncorrectFormat(Key, "\u001b[31m\u009b7\r\n\u202e1"), 3,
            "incorrect format \"snet-payment-channel-amount\": \" [31m 7   1\"");
        Add(Refusals.TooMany(Key, ["1\u0007", "\u007f2"]), 3, "too many values for key \"snet-payment-channel-amount\": [1   2]");
        Add(Refusals.UnexpectedPaymentType("\u001b]0;x"), 3, "unexpected \"snet-payment-type\", value: \" ]0;x\"");
        Add(Refusals.PriceNotDefined("/a/\u001b[2J"), 13, "internal error: price is not defined for the Method /a/ [2J");
        Add(Refusals.UnexpectedPaymentType(s_long), 3, $"unexpected \"snet-payment-type\", value: \"{s_long[..100]}\"");
        // not half a character
        Add(
            Refusals.IncorrectFormat(Key, s_long[..99] + "\U0001F600"), 3,
            $"incorrect format \"snet-payment-channel-amount\": \"{s_long[..99]}\"");
        Add(Refusals.TooMany(Key, [s_long, "2"]), 3, $"too many values for key \"snet-payment-channel-amount\": [{s_long[..100]}]");
        Add(Refusals.PriceNotDefined(s_long), 13, $"internal error: price is not defined for the Method {s_long[..100]}");
        Add(Refusals.NotRecorded(), 13, "unable to store new payment channel state");
        Add(Refusals.ChainUnavailable(), 14, "the payment cannot be checked against the blockchain now, please try again later");
        Add(Refusals.WrongIncome(UInt256.Zero, UInt256.MaxValue, UInt256.One), 16, $"income -{UInt256.MaxValue} does not equal to price 1");
        Add(Refusals.Busy(new(UInt256.MaxValue)), 9, $"another transaction on channel: {{ID: {UInt256.MaxValue}}} is in progress");
        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Refusal_HasCodeAndTextOfTheProtocol(string refusal, int code, string text) => Assert.Equal($"{code}|{text}", refusal);
}
