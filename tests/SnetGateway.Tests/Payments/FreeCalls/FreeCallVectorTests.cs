using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Payments;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Payments.FreeCalls;

/// <summary>
/// Signatures that an implementation in another language made for block 1,000,000: key A of 32 bytes 01 is the user, key B of 32 bytes 02
/// the provider.
/// </summary>
public sealed class FreeCallVectorTests
{
    private const string Address = "0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1";

    private const string Request =
        "fd22d140426514fc7ec7c1c5e5fee015389892834bb15b54fb291811486056e0"
        + "66c4cf1c7ffa6dab6ae02bd1d71641986e04a0af3be3a984a8dbbccd0b21a9d600";

    private const string TokenSignature =
        "0a79bb2884cdd3acdaad14badfb5b59a6cb3270a0595fff65ce2cd5d1b02bb43"
        + "5d3a7baf92dd8cc743555af38ede1cc1a9253357f52b8079ff314492ec7e13c500";

    private const string Use =
        "608e4d9d0d0542c1b4ea4d642a71b5c23a640d8ecedb3e1c9f6f48e3dfde536f"
        + "64b436571c61d3445c5f774827817d51fef0408fdd202b1c2e8754488a7e38c701";

    private static readonly FreeCallOffer s_offer = new(
        new FreeCallTerms
        {
            OrganizationId = "org1",
            GroupName = "default_group",
            GroupId = "99ybRIg2wAx55mqVsA6sB4S7WxPQHNKqa4BPu/bhj+U=",
            Signer = PrivateKey.Parse(string.Concat(Enumerable.Repeat("02", 32))),
        },
        "svc1");

    private readonly FreeCallTokens _tokens = new(new SignerRecovery());

    [Fact]
    public void Request_OfTheVector_IsTheUsers() => Assert.Null(Checks().CheckRequest([s_offer], Of(Request), out _));

    [Fact]
    public void Token_OfTheVector_IsIssuedByteForByte()
    {
        FreeCallToken token = _tokens.Issue(s_offer.Terms, Of(Request).User, 1_000_000, null);
        Assert.Equal(TokenSignature + "5f31313732383030", Convert.ToHexStringLower(token.Bytes.Span));
    }

    [Fact]
    public async Task Use_OfTheVector_IsAccepted_AndOfNoOtherSpelling()
    {
        Assert.Null(FreeCallToken.Parse(Convert.FromHexString(TokenSignature + "5f31313732383030"), out FreeCallToken token));
        Assert.Null(await Checks().CheckUseAsync(s_offer, Of(Use), token, default));
        FreeCallFault? fault = await Checks().CheckUseAsync(s_offer, Of(Use, Address.ToLowerInvariant()), token, default);
        Assert.StartsWith(
            $"sign is not valid: unauthorized signer: {Address.ToLowerInvariant()} not equal 0x", fault!.Text, StringComparison.Ordinal);
    }

    private static FreeCallUse Of(string signature, string address = Address) => new(
        address, new FreeCallUser(SnetGateway.Payments.Values.Address.Parse(address), ""), UInt256.FromUInt64(1_000_000),
        Convert.FromHexString(signature));

    private FreeCallChecks Checks()
    {
        var time = new TestTimeProvider();
        var chain = new FakeChain(new ChannelBook([PaymentRig.Group]), time) { Head = FakeChain.Block(1_000_000, time) };
        return new FreeCallChecks(
            new SignerRecovery(), _tokens, new BlockFreshness(chain, time, PaymentRig.Bound), AddressText.Checksum);
    }
}
