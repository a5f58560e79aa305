using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Registry;

/// <summary>The published contracts of SingularityNET by chain (npm singularitynet-platform-contracts 2.1.0).</summary>
public static class KnownContracts
{
    /// <summary>The MultiPartyEscrow contract of FET on the main network, the current one.</summary>
    public const string CurrentEscrow = "0xdF8d4826E016aFA8803d94A716FEB70aD5D2B8Ac";

    /// <summary>The MultiPartyEscrow contract of AGIX on the main network, the former one.</summary>
    public const string FormerEscrow = "0x5e592F9b1d303183d963635f895f0f0C48284f4e";

    /// <summary>The Registry contracts. Their text is part of the ids of daemons, including its case.</summary>
    private static readonly Dictionary<long, string> s_registries = new()
    {
        [1] = "0x247DEbEBB766E4fA99667265A158060018D5f4F8",
        [11155111] = "0x4DCc70c6FCE4064803f0ae0cE48497B3f7182e5D",
    };

    private static readonly Dictionary<long, string[]> s_escrows = new()
    {
        [1] = [CurrentEscrow, FormerEscrow],
        [11155111] =
        [
            "0x03e7D37A13ed807B2311418095E23fA8Ff9DE380", "0x042d31F61c598eADcAc729B845406514521db520",
            "0xf466d65eD5d6049685F7dC31F6A265c3c799956c", "0x7E0aF8988DF45B824b2E0e0A87c6196897744970",
        ],
    };

    /// <summary>The text of the Registry's address; null for a chain without a known one.</summary>
    public static string? RegistryOf(long chainId) => s_registries.GetValueOrDefault(chainId);

    /// <summary>Whether an escrow contract is a published one of its chain. True for a chain without published ones.</summary>
    public static bool IsKnownEscrow(long chainId, Address escrow) =>
        !s_escrows.TryGetValue(chainId, out string[]? known) || known.Any(one => Address.Parse(one) == escrow);
}
