using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Claims;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Payments.Claims;

/// <summary>Signatures that an implementation in another language made, by a key of 32 bytes 01, for channel 42 at nonce 3.</summary>
public sealed class ClaimVectorTests
{
    private static readonly Address s_escrow = Address.Parse("0x39ee715b50e78a920120C1dED58b1a47F571AB75");
    private static readonly Address s_payee = Address.Parse("0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1");

    public static TheoryData<byte[], string> Messages => new()
    {
        {
            ClaimMessages.ListUnclaimed(s_escrow, 1_000_000),
            "1a5e470ec9266ba07a292469525cfd87f6b8d963f60b282fd383a428f43cb0a6"
            + "785097f740fea49ea73df06e7e0848de7661c3041b191d9f99248f22c12361f701"
        },
        {
            ClaimMessages.ListInProgress(s_escrow, 1_000_000),
            "a725e34fd8d9ae4c8832a19bec0b879faae1eb8d312613cb01306128c149a506"
            + "25d71455cf0c871518ff68df4ee1018eaa27043c9a6724e5de223cc62663122600"
        },
        {
            ClaimMessages.Start(s_escrow, new ChannelId(42), new ChannelNonce(3)),
            "1a8ef3cd2c77c8784d154666c24d434793258c0bd79de12ea2304fd68748d630"
            + "545b81fa9cece6c618f9d9c4c1a9c7d5f8339474fd56fcd2a8431f3311a99d2f00"
        },
        {
            ClaimMessages.StartAll(s_escrow, [42, 7], 1_000_000), // signed in ascending order
            "d385a04e05cb46d2f922e22757ff1b500196fdfef7bd87796e32e512e0a8c536"
            + "259a206e53de31ec357f64c70cb5743f97fb65a84fa68b353d58a87bf1cc6a1d01"
        },
    };

    [Theory]
    [MemberData(nameof(Messages), DisableDiscoveryEnumeration = true)]
    public void Message_IsTheOneThatWasSigned(byte[] message, string signature)
    {
        Assert.True(new SignerRecovery().TryRecover(message, Convert.FromHexString(signature), out Address signer));
        Assert.Equal(s_payee, signer);
    }
}
