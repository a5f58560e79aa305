using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Catalog;

/// <summary>Builds the terms of free calls from validated options.</summary>
internal static class FreeCallReader
{
    /// <summary>Signers of the network's marketplace, by default trusted as by the reference daemon.</summary>
    private static readonly string[] s_trustedSigners =
        ["0x3Bb9b2499c283cec176e7C707Ecb495B7a961ebf", "0x7DF35C98f41F3Af0df1dc4c7F7D4C19a71Dd059F"];

    /// <summary>The terms of a group; null where it has no free calls.</summary>
    public static FreeCallTerms? Read(GroupOptions group)
    {
        FreeCallOptions options = group.FreeCalls;
        if (options.SignerKeyFile is not { Length: > 0 } file)
        {
            return null;
        }

        return new FreeCallTerms
        {
            OrganizationId = group.OrganizationId,
            GroupName = group.GroupName,
            GroupId = group.GroupId,
            Signer = FreeCallRules.TryReadKey(file, out Ethereum.Signatures.PrivateKey? key)
                ? key!
                : throw new FormatException("A key file was not validated."),
            Calls = options.Calls,
            CallsPerAddress = options.CallsPerAddress.ToFrozenDictionary(
                pair => Address.Parse(pair.Key),
                pair => pair.Value == FreeCallOptions.Unlimited
                    ? FreeCallTerms.Unlimited
                    : long.Parse(pair.Value, CultureInfo.InvariantCulture)),
            TrustedSigners = (options.TrustedSigners ?? s_trustedSigners).Select(Address.Parse).ToFrozenSet(),
            MinBalance = TryReadTokens(options.MinBalance, out UInt256 cogs)
                ? cogs
                : throw new FormatException("A balance was not validated."),
            MinBalanceText = options.MinBalance,
        };
    }

    /// <summary>Reads whole tokens with an optional fraction, in digits and one point, as cogs.</summary>
    public static bool TryReadTokens(string text, out UInt256 cogs)
    {
        cogs = default;
        string[] parts = text.Split('.');
        if (parts.Length > 2 || parts.Any(part => part.Length is 0 or > 60 || !part.All(char.IsAsciiDigit)))
        {
            return false;
        }

        string fraction = parts.Length == 2 ? parts[1] : "";
        return fraction.Length <= FreeCallTerms.TokenDecimals
            && UInt256.TryParse(
                BigInteger.Parse(parts[0] + fraction.PadRight(FreeCallTerms.TokenDecimals, '0'), CultureInfo.InvariantCulture)
                    .ToString(CultureInfo.InvariantCulture),
                out cogs);
    }
}
