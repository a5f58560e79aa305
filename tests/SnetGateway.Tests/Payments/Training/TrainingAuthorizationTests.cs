using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Training;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Training;

/// <summary>Who signed a request of `training.Daemon`: a foreign signature, the order of checks, the windows.</summary>
public sealed class TrainingAuthorizationTests
{
    private const string Signer = "0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1";
    private const string Expired = "authentication failed as the signature passed has expired";

    /// <summary>Key of 32 bytes 01, message `train_model`, block 1,000,000; made by an implementation in another language.</summary>
    private static readonly byte[] s_vector = Convert.FromHexString(
        "600c95180b1f125bfc7301c9d46fe713c091a8de2cce207429b95ba2cc9df61e"
        + "3effbdf2ea1456d9d2b00521394a18626f421730f5a5249b476685e116aeedcd00");

    private static readonly PrivateKey s_key = PrivateKey.Parse(string.Concat(Enumerable.Repeat("01", 32)));

    [Theory]
    [InlineData(Signer)]
    [InlineData("0x1a642f0e3c3af545e7acbd38b07251b3990914f1")]
    [InlineData("0x1A642F0E3C3AF545E7ACBD38B07251B3990914F1")]
    public async Task Vector_IsAccepted_InAnySpellingOfTheAddress(string address) =>
        Assert.Null(await CheckAsync("train_model", new SignedRequest("train_model", address, 1_000_000, s_vector)));

    [Theory]
    [InlineData("1a642f0E3c3aF545E7AcBD38b07251B3990914F1")]
    [InlineData(Signer + "00")]
    [InlineData("")]
    public async Task AddressThatIsNotOne_IsRefused(string address) => Assert.Equal(
        "signer_address is not an Ethereum address",
        await CheckAsync("train_model", new SignedRequest("train_model", address, 1_000_000, s_vector)));

    [Fact]
    public async Task Faults_AreFoundInTheirOrder()
    {
        SignedRequest right = Sign("train_model", 1);
        Assert.Equal(Expired, await CheckAsync("train_model", right));
        SignedRequest foreign = right with { SignerAddress = "0x5050A4F4b3f9338C3472dcC01A87C76A144b3c9c" };
        Assert.StartsWith("the address: 0x", await CheckAsync("train_model", foreign), StringComparison.Ordinal);
        Assert.EndsWith(
            " does not match to what has been expected / registered", await CheckAsync("train_model", foreign), StringComparison.Ordinal);
        Assert.Equal("incorrect signature length", await CheckAsync("train_model", right with { Signature = new byte[64] }));
        Assert.Equal("incorrect signature data", await CheckAsync("train_model", right with { Signature = new byte[65] }));
        Assert.Equal(
            "unsupported message: train_model for this method", await CheckAsync("get_model", right with { Signature = new byte[1] }));
        string longText = new('x', 1_000);
        Assert.Equal($"unsupported message: {longText[..64]} for this method", await CheckAsync("get_model", Sign(longText, 1)));
    }

    [Theory]
    [InlineData("train_model", 999_995, true)]
    [InlineData("TRAIN_model", 999_995, true)]
    [InlineData("train_model", 999_994, false)]
    [InlineData("train_model", 1_000_005, true)]
    [InlineData("train_model", 1_000_006, false)]
    [InlineData("train_model", ulong.MaxValue, false)]
    [InlineData("unified", 999_400, true)]
    [InlineData("Unified", 999_400, true)]
    [InlineData("unified", 999_399, false)]
    [InlineData("unified", 1_000_006, false)]
    public async Task BlockNumber_MustBeRecent(string message, ulong block, bool isAccepted) => Assert.Equal(
        isAccepted ? null : Expired,
        await CheckAsync("train_model", Sign(message, block), allowsUnified: true));

    [Fact]
    public async Task Unified_WhereTheMethodHasItsOwnMessage_IsRefused() => Assert.Equal(
        "unsupported message: unified for this method", await CheckAsync("train_model", Sign("unified", 1_000_000)));

    /// <summary>The message is signed in the case in which it is sent.</summary>
    [Fact]
    public async Task MessageInAnotherCaseThanSigned_IsNotTheSigners() => Assert.StartsWith(
        "the address: 0x",
        await CheckAsync("train_model", Sign("train_model", 1_000_000) with { Message = "Train_model" }),
        StringComparison.Ordinal);

    private static SignedRequest Sign(string message, ulong block)
    {
        byte[] bytes =
        [
            .. System.Text.Encoding.UTF8.GetBytes(message), .. s_key.Address.ToBytes(),
            .. SnetGateway.Payments.Values.UInt256.FromUInt64(block).ToBigEndian(),
        ];
        return new SignedRequest(message, Signer, block, s_key.SignMessage(bytes));
    }

    private static async Task<string?> CheckAsync(string method, SignedRequest request, bool allowsUnified = false)
    {
        var time = new TestTimeProvider();
        var chain = new FakeChain(new ChannelBook([PaymentRig.Group]), time) { Head = FakeChain.Block(1_000_000, time) };
        var authorization = new TrainingAuthorization(
            new SignerRecovery(), new BlockFreshness(chain, time, PaymentRig.Bound), AddressText.Checksum);
        return (await authorization.CheckAsync(method, allowsUnified, request, default)).Error;
    }
}
