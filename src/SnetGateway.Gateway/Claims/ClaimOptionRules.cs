using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Keys;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Claims;

/// <summary>Each signer is a key file that opens, or a service, and signs for a payment address of the groups.</summary>
internal static class ClaimOptionRules
{
    private const string Signers = $"{ClaimOptions.Section}:{nameof(ClaimOptions.Signers)}";

    public static void Check(ClaimOptions options, IReadOnlyDictionary<string, GroupOptions> groups, ErrorList errors)
    {
        errors.Check(
            $"{ClaimOptions.Section}:{nameof(options.UrgentMaxFeeGwei)}",
            (options.UrgentMaxFeeGwei < options.MaxFeeGwei, "it is below MaxFeeGwei", "Write that value or more"));
        var seen = new HashSet<Address>();
        foreach ((string name, ClaimSignerOptions signer) in options.Signers)
        {
            string path = $"{Signers}:{name}";
            bool hasKey = !string.IsNullOrEmpty(signer.KeyPath), hasUrl = !string.IsNullOrEmpty(signer.Url);
            if (errors.Touches(path))
            {
                continue;
            }

            errors.Check(
                path,
                (hasKey == hasUrl, "it has not exactly one of KeyPath and Url", "Write the encrypted key file, or the URL of a signer"),
                (hasKey && string.IsNullOrEmpty(signer.PasswordPath), "KeyPath has no PasswordPath", "Write the file with its password"),
                (hasUrl && string.IsNullOrEmpty(signer.Address), "Url has no Address",
                    "Write the payment address whose key the signer holds"));
            if (!errors.Touches(path))
            {
                CheckAddress(path, signer, groups, seen, errors);
            }
        }
    }

    /// <summary>The groups whose channels no signer claims, where there are signers. Only for valid options.</summary>
    public static IEnumerable<ConfigurationError> Warnings(ClaimOptions options, IReadOnlyDictionary<string, GroupOptions> groups)
    {
        if (options.Signers.Count == 0)
        {
            return [];
        }

        HashSet<Address> signed = [.. options.Signers.Values.Select(ClaimSigners.AddressOf)];
        return groups.Where(group => !signed.Contains(Address.Parse(group.Value.PaymentAddress))).Select(group => new ConfigurationError(
            $"{Signers}", $"no signer has the payment address of the group {ErrorList.Quote(group.Key)}, whose channels are not claimed",
            "Add a signer for it, or claim with a tool"));
    }

    private static void CheckAddress(
        string path, ClaimSignerOptions signer, IReadOnlyDictionary<string, GroupOptions> groups, HashSet<Address> seen, ErrorList errors)
    {
        Address address;
        try
        {
            address = ClaimSigners.AddressOf(signer);
        }
        catch (KeyFileException exception)
        {
            errors.Add(path, exception.Message, "Write a key file and the file of its password");
            return;
        }

        bool pays = groups.Values.Any(group => Address.TryParse(group.PaymentAddress, out Address payee) && payee == address);
        errors.Check(
            path,
            (!pays, $"{address} is the PaymentAddress of no group", "Use the key of a group's payment address: the contract pays no other"),
            (!seen.Add(address), $"another signer has {address} too", "Keep one of them"));
    }
}
