using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Gateway.PaidCalls;

public sealed class PaymentMetadataTests
{
    [Theory]
    [InlineData("snet-payment-channel-id", "too many values for key \"snet-payment-channel-id\": [1 2]")]
    [InlineData("snet-payment-channel-nonce", "too many values for key \"snet-payment-channel-nonce\": [1 2]")]
    [InlineData("snet-payment-channel-amount", "too many values for key \"snet-payment-channel-amount\": [1 2]")]
    [InlineData("snet-payment-channel-signature-bin", "too many values for key \"snet-payment-channel-signature-bin\"")]
    public void TwoValues_AreRefused(string key, string text)
    {
        IHeaderDictionary headers = Payment();
        headers[key] = new string[] { "1", "2" };
        PaymentRefusal? refusal = EscrowPayment.Read(PaymentMetadata.Read(headers), out _);
        Assert.Equal(3, refusal!.StatusCode);
        Assert.Equal(text, refusal.Message);
    }

    [Theory]
    [InlineData("AQIDBA==", 4)]
    [InlineData("AQIDBA", 4)]
    [InlineData("", 0)]
    public void Signature_IsReadPaddedOrNot(string text, int length)
    {
        IHeaderDictionary headers = Payment();
        headers[PaymentMetadata.ChannelSignature] = text;
        Assert.Null(EscrowPayment.Read(PaymentMetadata.Read(headers), out ChannelPayment payment));
        Assert.Equal(length, payment.Signature.Length);
    }

    [Fact]
    public void LongSignature_IsReadWhole()
    {
        IHeaderDictionary headers = Payment();
        headers[PaymentMetadata.ChannelSignature] = Convert.ToBase64String(new byte[5000]);
        Assert.Null(EscrowPayment.Read(PaymentMetadata.Read(headers), out ChannelPayment payment));
        Assert.Equal(5000, payment.Signature.Length);
    }

    [Fact]
    public void NamesOfAnyCase_AreFound()
    {
        var headers = new HeaderDictionary();
        foreach ((string key, StringValues value) in Payment())
        {
            headers[key.ToUpperInvariant()] = value;
        }

        Assert.Null(EscrowPayment.Read(PaymentMetadata.Read(headers), out ChannelPayment payment));
        Assert.Equal(new ChannelId(7), payment.Channel);
    }

    [Fact]
    public void Bytes_CountAsGrpcDoes()
    {
        var headers = new HeaderDictionary { ["abc"] = "1234", ["de"] = new string[] { "1", "23" } };
        Assert.Equal(3 + 4 + 32 + (2 + 1 + 32) + (2 + 2 + 32), PaymentMetadata.Read(headers).Bytes);
    }

    [Fact]
    public void RemovedKeys_AreAllThatBelongToPayments()
    {
        IHeaderDictionary headers = Payment();
        headers["snet-user-address"] = "0x00";
        headers["snet-daemon-debug"] = "streamIntercept";
        headers["snet-payment-mpe-address"] = "0x00";
        headers["snet-prepaid-auth-token-bin"] = "AA";
        headers["snet-train-model-id"] = "model";
        headers["custom"] = "stays";
        var metadata = PaymentMetadata.Read(headers);
        PaymentKeys.RemoveFrom(headers, metadata.HasOthers);
        Assert.Equal(["custom", "snet-train-model-id"], headers.Keys.Order(StringComparer.Ordinal));
    }

    private static HeaderDictionary Payment() => new()
    {
        [PaymentMetadata.Type] = "escrow",
        [PaymentMetadata.ChannelId] = "7",
        [PaymentMetadata.ChannelNonce] = "0",
        [PaymentMetadata.ChannelAmount] = "10",
        [PaymentMetadata.ChannelSignature] = "AQID",
    };
}
