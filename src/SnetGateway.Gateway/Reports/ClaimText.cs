namespace SnetGateway.Gateway.Reports;

/// <summary>How reports on claims write states and reasons for people.</summary>
internal static class ClaimText
{
    /// <summary>A name of the admin API as words: notWorthItsGas as "not worth its gas".</summary>
    public static string Words(string name) =>
        string.Concat(name.Select(letter => char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{letter}"));

    /// <summary>Which gateway looks after the claims of a payee.</summary>
    public static string Claimer(bool isThisOne, bool isAny) =>
        isThisOne ? "claimed by this gateway" : isAny ? "claimed by another gateway" : "claimed by none";
}
