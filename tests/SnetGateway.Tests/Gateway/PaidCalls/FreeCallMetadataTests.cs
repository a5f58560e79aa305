using Microsoft.AspNetCore.Http;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Tests.Payments;
using Xunit;

namespace SnetGateway.Tests.Gateway.PaidCalls;

/// <summary>F1: the metadata of a free call, in the order in which it is read.</summary>
public sealed class FreeCallMetadataTests
{
    private const string Address = "0x00000000000000000000000000000000000000aB";

    /// <summary>Every row has the faults of all later ones, so that the order decides.</summary>
    [Theory]
    [InlineData("snet-free-call-user-address", null, "missing \"snet-free-call-user-address\"")]
    [InlineData("snet-free-call-user-address", "0x12", "incorrect format \"snet-free-call-user-address\": \"0x12\"")]
    [InlineData("snet-free-call-user-address", "00000000000000000000000000000000000000aB",
        "incorrect format \"snet-free-call-user-address\": \"00000000000000000000000000000000000000aB\"")]
    [InlineData("snet-free-call-user-address", Address + "zz", $"incorrect format \"snet-free-call-user-address\": \"{Address}zz\"")]
    [InlineData("snet-free-call-user-address", "0X00000000000000000000000000000000000000aB",
        "incorrect format \"snet-free-call-user-address\": \"0X00000000000000000000000000000000000000aB\"")]
    [InlineData("snet-current-block-number", null, "missing \"snet-current-block-number\"")]
    [InlineData("snet-current-block-number", "0x10", "incorrect format \"snet-current-block-number\": \"0x10\"")]
    [InlineData("snet-current-block-number", "-1", "incorrect format \"snet-current-block-number\": \"-1\"")]
    [InlineData("snet-current-block-number", "010", "incorrect format \"snet-current-block-number\": \"010\"")]
    [InlineData("snet-payment-channel-signature-bin", null, "missing \"snet-payment-channel-signature-bin\"")]
    [InlineData("snet-free-call-auth-token-bin", null, "missing \"snet-free-call-auth-token-bin\"")]
    [InlineData("snet-free-call-auth-token-bin", "AA", "invalid token: no '_' found")]
    [InlineData("snet-free-call-auth-token-bin", "X3g", "invalid token: invalid block number")]
    public void Fault_IsTheFirstInOrder(string key, string? value, string text)
    {
        string[] order =
        [
            "snet-free-call-user-address", "snet-current-block-number", "snet-payment-channel-signature-bin",
            "snet-free-call-auth-token-bin",
        ];
        IHeaderDictionary headers = FreeCall();
        foreach (string later in order[(Array.IndexOf(order, key) + 1)..])
        {
            headers.Remove(later);
        }

        headers[key] = value;
        Assert.Equal((3, text), Refusal(headers));
    }

    [Theory]
    [InlineData("snet-free-call-user-address", "too many values for key \"snet-free-call-user-address\": [1 2]")]
    [InlineData("snet-current-block-number", "too many values for key \"snet-current-block-number\": [1 2]")]
    [InlineData("snet-payment-channel-signature-bin", "too many values for key \"snet-payment-channel-signature-bin\"")]
    [InlineData("snet-free-call-auth-token-bin", "too many values for key \"snet-free-call-auth-token-bin\"")]
    public void TwoValues_AreRefused_AndSecretsNotRepeated(string key, string text)
    {
        IHeaderDictionary headers = FreeCall();
        headers[key] = new string[] { "1", "2" };
        Assert.Equal((3, text), Refusal(headers));
    }

    [Theory]
    [InlineData("snet-payment-channel-signature-bin")]
    [InlineData("snet-free-call-auth-token-bin")]
    public void BrokenBase64_IsInternal(string key)
    {
        IHeaderDictionary headers = FreeCall();
        headers[key] = "*";
        Assert.Equal((13, $"malformed binary metadata in header \"{key}\""), Refusal(headers));
    }

    [Fact]
    public void UserId_IsTheOnlyValue_OrNothing_AndBounded()
    {
        Assert.Equal("", Read(FreeCall()).User.UserId);
        IHeaderDictionary headers = FreeCall();
        headers[PaymentMetadata.FreeCallUserId] = "someone";
        Assert.Equal("someone", Read(headers).User.UserId);
        headers[PaymentMetadata.FreeCallUserId] = new string[] { "someone", "other" };
        Assert.Equal("", Read(headers).User.UserId);
        headers[PaymentMetadata.FreeCallUserId] = new string('x', FreeCallUser.MaxUserIdBytes);
        Assert.Equal(FreeCallUser.MaxUserIdBytes, Read(headers).User.UserId.Length);
        headers[PaymentMetadata.FreeCallUserId] = new string('x', FreeCallUser.MaxUserIdBytes + 1);
        Assert.Equal((3, $"incorrect format \"snet-free-call-user-id\": \"{new string('x', 100)}\""), Refusal(headers));
    }

    [Fact]
    public async Task ServiceWithoutFreeCalls_DoesNotKnowTheKind()
    {
        var call = new PaidCall(new PaidService("translate", PaymentRig.Group, new FixedPrice(1)), "/t.T/Go");
        PaymentRefusal? refusal = (await new FreeCallPayment(null!).AdmitAsync(PaymentMetadata.Read(FreeCall()), call, default)).Refusal;
        Assert.Equal((3, "unexpected \"snet-payment-type\", value: \"free-call\""), (refusal!.StatusCode, refusal.Message));
    }

    [Fact]
    public void Keys_AreNotForwarded()
    {
        IHeaderDictionary headers = FreeCall();
        headers[PaymentMetadata.FreeCallUserId] = "someone";
        headers["snet-free-call-token-expiry-block"] = "1";
        PaymentKeys.RemoveFrom(headers, PaymentMetadata.Read(headers).HasOthers);
        Assert.Empty(headers);
    }

    private static HeaderDictionary FreeCall() => new()
    {
        [PaymentMetadata.Type] = "free-call",
        [PaymentMetadata.FreeCallUserAddress] = Address,
        [PaymentMetadata.CurrentBlock] = "1000",
        [PaymentMetadata.ChannelSignature] = "AQID",
        [PaymentMetadata.FreeCallToken] = "eF83",
    };

    private static FreeCallUse Read(IHeaderDictionary headers)
    {
        Assert.Null(FreeCallPayment.Read(PaymentMetadata.Read(headers), out FreeCallUse use, out _));
        return use;
    }

    private static (int Status, string Text)? Refusal(IHeaderDictionary headers) =>
        FreeCallPayment.Read(PaymentMetadata.Read(headers), out _, out _) is { } refusal ? (refusal.StatusCode, refusal.Message) : null;
}
