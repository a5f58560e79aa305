using SnetGateway.Ethereum;
using SnetGateway.Gateway.Acme;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.Logging;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Gateway.ServiceMetadata;
using SnetGateway.Gateway.Validation;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// What two gateways of one process must not have in common: the second of them could not start, or would write into the files of the
/// first.
/// </summary>
internal static class GatewaySetRules
{
    /// <summary>Compares a valid configuration with that of another gateway of the process.</summary>
    /// <param name="one">The configuration that gets the errors.</param>
    /// <param name="file">The file of the other one.</param>
    /// <param name="other">The other configuration.</param>
    /// <param name="errors">Gets the errors.</param>
    public static void Check(GatewayOptions one, string file, GatewayOptions other, ErrorList errors)
    {
        foreach ((string key, string address) in ListenersOf(one.Listeners))
        {
            bool isTaken = ListenersOf(other.Listeners).Any(listener => ListenerRules.Collide(address, listener.Address));
            errors.Check(key, (isTaken, $"a listener of {file} has this port too", "Give each listener its own port"));
        }

        foreach ((string key, string path) in FilesOf(one))
        {
            bool isUsed = FilesOf(other).Any(used => used.Path == path);
            errors.Check(key, (isUsed, $"{file} has this path too", "Give each gateway its own"));
        }

        errors.Check(
            LedgerOptions.Section,
            (SellsTwice(one, other),
                $"{file} serves a group of the same escrow contract with another ledger, so that both would accept the same signed amounts",
                "Serve the group with one ledger, or correct EscrowAddress"));
    }

    private static IEnumerable<(string Key, string Address)> ListenersOf(ListenerOptions options)
    {
        const string Public = $"{ListenerOptions.Section}:{nameof(options.Public)}";
        yield return ($"{Public}:{nameof(options.Public.Address)}", options.Public.Address);
        yield return ($"{ListenerOptions.Section}:{nameof(options.Admin)}:{nameof(options.Admin.Address)}", options.Admin.Address);
        if (options.Public.HasHttpChallenges)
        {
            yield return ($"{Public}:{nameof(options.Public.ChallengeAddress)}", options.Public.ChallengeAddress!);
        }
    }

    /// <summary>The files and folders that a gateway writes, by their full paths.</summary>
    private static IEnumerable<(string Key, string Path)> FilesOf(GatewayOptions options)
    {
        bool isShared = AcmeRules.IsShared(options.Ledger);
        (string Key, string? Path, bool IsUsed)[] all =
        [
            ($"{LedgerOptions.Section}:{nameof(LedgerOptions.Path)}", options.Ledger.Path, options.Ledger.Store == "sqlite"),
            ($"{LedgerOptions.Section}:{nameof(LedgerOptions.Journal)}:{nameof(JournalOptions.Path)}", options.Ledger.Journal.Path,
                isShared),
            ($"{AcmeOptions.Section}:{nameof(AcmeOptions.Folder)}", options.Acme.Folder,
                options.Listeners.Public.Domains.Length > 0 && !isShared),
            ($"{RegistryOptions.Section}:{nameof(RegistryOptions.Folder)}", options.Registry.Folder,
                options.Services.Values.Any(service => !string.IsNullOrEmpty(service.OrganizationId))),
            ($"{LogOptions.Section}:{nameof(LogOptions.File)}:{nameof(LogFileOptions.Path)}", options.Log.File.Path, true),
        ];
        return all.Where(file => file.IsUsed && !string.IsNullOrEmpty(file.Path)).Select(file => (file.Key, Path.GetFullPath(file.Path!)));
    }

    /// <summary>Rule 9: one ledger for a group.</summary>
    private static bool SellsTwice(GatewayOptions one, GatewayOptions other)
    {
        (ChainOptions chain, ChainOptions others) = (one.Chain, other.Chain);
        bool isSameLedger = AcmeRules.IsShared(one.Ledger) && LedgerPlace.Of(one.Ledger).IsSameAs(LedgerPlace.Of(other.Ledger));
        return chain.IsConfigured && others.IsConfigured && (chain.ChainId, chain.Escrow) == (others.ChainId, others.Escrow)
            && !isSameLedger
            && one.Groups.Values.Any(group => other.Groups.Values.Any(theirs => theirs.GroupId == group.GroupId));
    }
}
