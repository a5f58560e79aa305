using System.Text;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Payments.FreeCalls;

/// <summary>A token is split at its last underscore, and its number has one form.</summary>
public sealed class FreeCallTokenTests(ITestOutputHelper output)
{
    private const string NoSeparator = "invalid token: no '_' found";
    private const string NoNumber = "invalid token: invalid block number";

    [Theory]
    [InlineData("", NoSeparator)]
    [InlineData("abc", NoSeparator)]
    [InlineData("_", NoNumber)]
    [InlineData("abc_", NoNumber)]
    [InlineData("abc_x", NoNumber)]
    [InlineData("abc_12x", NoNumber)]
    [InlineData("abc_ 12", NoNumber)]
    [InlineData("abc_12 ", NoNumber)]
    [InlineData("abc_+12", NoNumber)]
    [InlineData("abc_-12", NoNumber)]
    [InlineData("abc_012", NoNumber)]
    [InlineData("abc_00", NoNumber)]
    [InlineData("abc_1e3", NoNumber)]
    [InlineData("abc_0x10", NoNumber)]
    [InlineData("abc_18446744073709551616", NoNumber)]
    [InlineData("abc_99999999999999999999999999999999999999", NoNumber)]
    public void Malformed_IsNamed(string text, string fault) =>
        Assert.Equal((3, fault), Refusal(FreeCallToken.Parse(Encoding.UTF8.GetBytes(text), out _)));

    [Theory]
    [InlineData("abc_0", "abc", 0)]
    [InlineData("abc_12", "abc", 12)]
    [InlineData("_12", "", 12)]
    [InlineData("a_b_12", "a_b", 12)]
    [InlineData("abc_18446744073709551615", "abc", ulong.MaxValue)]
    public void Parts_AreThoseAroundTheLastUnderscore(string text, string signature, ulong expiry)
    {
        Assert.Null(FreeCallToken.Parse(Encoding.UTF8.GetBytes(text), out FreeCallToken token));
        Assert.Equal((signature, expiry), (Encoding.UTF8.GetString(token.Signature.Span), token.ExpiryBlock));
        Assert.Equal(text, Encoding.UTF8.GetString(token.Bytes.Span));
    }

    /// <summary>Whatever bytes come: no exception, and what is accepted is what its parts make.</summary>
    [Fact]
    public void GeneratedBytes_AcceptedOnesAreCanonical()
    {
        Random random = Seeds.Random(output.WriteLine);
        int accepted = 0;
        for (int round = 0; round < 50_000; round++)
        {
            byte[] signature = new byte[random.Next(4) == 0 ? random.Next(80) : 65];
            random.NextBytes(signature);
            byte[] bytes = [.. signature, (byte)'_', .. Encoding.ASCII.GetBytes($"{(ulong)random.NextInt64()}")];
            for (int damage = random.Next(3); damage > 0; damage--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (FreeCallToken.Parse(bytes, out FreeCallToken token) is { } fault)
            {
                Assert.True(fault.Text is NoSeparator or NoNumber);
                continue;
            }

            accepted++;
            Assert.Equal(bytes, FreeCallToken.Create(token.Signature.Span, token.ExpiryBlock).Bytes.ToArray());
        }

        Assert.InRange(accepted, 10_000, 50_000);
    }

    private static (int Status, string Text)? Refusal(FreeCallFault? fault) =>
        fault is null ? null : (fault.AsRefusal.StatusCode, fault.AsRefusal.Message);
}
