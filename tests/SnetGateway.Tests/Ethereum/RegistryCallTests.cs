using System.Text;
using Nethereum.ABI.FunctionEncoding;
using SnetGateway.Ethereum.Registry;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

public sealed class RegistryCallTests
{
    private const string Owner = "0x1111111111111111111111111111111111111111";

    [Fact]
    public void Calls_HaveTheSelectorAndTheIdPaddedWithZeros()
    {
        Assert.Equal(
            "9a017e0a" + "6f7267" + new string('0', 58), Convert.ToHexStringLower(RegistryCalls.Organization("org")));
        Assert.Equal(
            "8895303f" + "6f7267" + new string('0', 58) + "737663" + new string('0', 58),
            Convert.ToHexStringLower(RegistryCalls.Service("org", "svc")));
        Assert.Throws<ArgumentException>(() => RegistryCalls.IdOf(""));
        Assert.Throws<ArgumentException>(() => RegistryCalls.IdOf(new string('a', 33)));
    }

    [Theory]
    [InlineData(true, "ipfs://QmT78z", "ipfs://QmT78z")]
    [InlineData(true, "ipfs://QmT78z\0\0", "ipfs://QmT78z")]
    [InlineData(true, "", null)]
    [InlineData(false, "ipfs://QmT78z", null)]
    public void Uri_IsThatOfTheEntry(bool found, string stored, string? expected)
    {
        byte[] output = Encode(found, stored);

        Assert.True(RegistryCalls.TryReadUri(output, out string? uri));
        Assert.Equal(expected, uri);
    }

    [Fact]
    public void Uri_WithControlCharacters_IsRefused() => Assert.False(RegistryCalls.TryReadUri(Encode(true, "ipfs://a\nb"), out _));

    [Fact]
    public void KnownEscrows_AreThoseOfTheChain()
    {
        Assert.True(KnownContracts.IsKnownEscrow(1, Address.Parse(KnownContracts.FormerEscrow)));
        Assert.False(KnownContracts.IsKnownEscrow(1, Address.Parse(Owner)));
        Assert.True(KnownContracts.IsKnownEscrow(31337, Address.Parse(Owner)));
    }

    private static byte[] Encode(bool found, string uri) => new ParametersEncoder().EncodeParametersFromTypeAttributes(
        typeof(OrganizationOutput), new OrganizationOutput
        {
            Found = found, Id = new byte[32], MetadataUri = Encoding.ASCII.GetBytes(uri), Owner = Owner,
        });
}
