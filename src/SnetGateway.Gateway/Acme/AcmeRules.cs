using System.Buffers.Text;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.Validation;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Acme;

/// <summary>The hosts with automatic certificates, and what ordering them needs.</summary>
internal static class AcmeRules
{
    private const int MinStoreKey = 32, MinMacKey = 16;
    private const string Domains = $"{ListenerOptions.Section}:{nameof(ListenerOptions.Public)}:{nameof(PublicListenerOptions.Domains)}";

    public static void Check(AcmeOptions options, PublicListenerOptions listener, LedgerOptions ledger, ErrorList errors)
    {
        var keys = new KeyRules(AcmeOptions.Section, errors);
        new KeyRules($"{AcmeOptions.Section}:{nameof(options.ExternalAccount)}", errors).Requires(
            options.ExternalAccount.KeyPath, options.ExternalAccount.KeyId);
        new KeyRules($"{AcmeOptions.Section}:{nameof(options.ExternalAccount)}", errors).Requires(
            options.ExternalAccount.KeyId, options.ExternalAccount.KeyPath);
        keys.Excludes(options.Directory == AcmeOptions.LetsEncrypt ? null : options.Directory, options.Staging, nameof(options.Directory));
        CheckDirectory(options.Directory, errors);
        CheckSecret(options.StoreKeyPath, At(nameof(options.StoreKeyPath)), errors);
        CheckMacKey(options.ExternalAccount.KeyPath, errors);
        if (listener.Domains.Length == 0)
        {
            return;
        }

        bool isShared = IsShared(ledger);
        for (int i = 0; i < listener.Domains.Length; i++)
        {
            bool isDouble = listener.Domains.Take(i).Contains(listener.Domains[i], StringComparer.OrdinalIgnoreCase);
            errors.Check($"{Domains}:{i}", (isDouble, "the host is named twice", "Remove one"));
        }

        errors.Check(At(nameof(options.AgreeToTerms)), (
            !options.AgreeToTerms,
            "the authority's terms of service are not agreed to, so it issues no certificate",
            "Read them, and set it to true"));
        errors.Check(
            At(nameof(options.StoreKeyPath)),
            (isShared && string.IsNullOrEmpty(options.StoreKeyPath),
                $"not set, and the replicas on {ledger.Store} need it to share certificates",
                "Write 32 random bytes into a file, give it to all replicas, and name it"),
            (!isShared && !string.IsNullOrEmpty(options.StoreKeyPath),
                $"the ledger's store is {ledger.Store}, so certificates are in {At(nameof(options.Folder))}",
                "Remove it"));
        if (!isShared)
        {
            FolderRules.Check(errors, At(nameof(options.Folder)), Path.GetFullPath(options.Folder));
        }
    }

    /// <summary>Whether certificates are in the ledger's store.</summary>
    public static bool IsShared(LedgerOptions ledger) => ledger.Store is "etcd" or "redis";

    private static void CheckDirectory(string directory, ErrorList errors)
    {
        bool isClear = Uri.TryCreate(directory, UriKind.Absolute, out Uri? url) && url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback;
        errors.Check(
            At(nameof(AcmeOptions.Directory)), (isClear, "a directory without TLS cannot prove whose it is", "Write an https URL"));
    }

    private static void CheckSecret(string? path, string key, ErrorList errors)
    {
        bool isShort = !string.IsNullOrEmpty(path) && !errors.Covers(key) && new FileInfo(path).Length < MinStoreKey;
        errors.Check(key, (isShort, $"the file holds fewer than {MinStoreKey} bytes", "Write random bytes into it"));
    }

    private static void CheckMacKey(string? path, ErrorList errors)
    {
        string key = $"{At(nameof(AcmeOptions.ExternalAccount))}:{nameof(ExternalAccountOptions.KeyPath)}";
        bool isInvalid = !string.IsNullOrEmpty(path) && !errors.Covers(key)
            && !(Base64Url.IsValid(File.ReadAllText(path).AsSpan().Trim(), out int length) && length >= MinMacKey);
        errors.Check(key, (isInvalid, "the file does not hold a MAC key in base64url", "Write the key as the authority gave it"));
    }

    private static string At(string key) => $"{AcmeOptions.Section}:{key}";
}
