using SnetGateway.Gateway.Validation;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.PaymentCore;

/// <summary>The chosen store has what it needs, and no two settings of a store contradict each other.</summary>
internal static class LedgerRules
{
    private const string Etcd = $"{LedgerOptions.Section}:{nameof(LedgerOptions.Etcd)}";
    private const string Redis = $"{LedgerOptions.Section}:{nameof(LedgerOptions.Redis)}";
    private const string Journal = $"{LedgerOptions.Section}:{nameof(LedgerOptions.Journal)}:{nameof(JournalOptions.Path)}";

    public static void Check(LedgerOptions options, ErrorList errors)
    {
        CheckLogin(errors, Etcd, options.Etcd.User, options.Etcd.Password, options.Etcd.PasswordPath);
        FileRules.CheckPair(errors, $"{Etcd}:{nameof(EtcdOptions.CertificatePath)}", options.Etcd.CertificatePath, options.Etcd.KeyPath);
        CheckLogin(errors, Redis, options.Redis.User, null, options.Redis.PasswordPath);
        FileRules.CheckPair(errors, $"{Redis}:{nameof(RedisOptions.CertificatePath)}", options.Redis.CertificatePath, options.Redis.KeyPath);
        errors.AddIf(
            !options.Redis.Tls && !(string.IsNullOrEmpty(options.Redis.CaPath) && string.IsNullOrEmpty(options.Redis.CertificatePath)),
            $"{Redis}:{nameof(RedisOptions.Tls)}",
            "a certificate is given, and the connection is not TLS",
            "Write true, or remove the certificates");
        switch (options.Store)
        {
            case "sqlite":
                CheckPath(errors, options.Path);
                break;
            case "etcd":
                CheckEndpoints(errors, options.Etcd);
                CheckFiles(errors, Etcd, options.Etcd.CaPath, options.Etcd.CertificatePath, options.Etcd.KeyPath, options.Etcd.PasswordPath);
                CheckFolder(errors, Journal, options.Journal.Path);
                break;
            case "redis":
                CheckFiles(errors, Redis, options.Redis.CaPath, options.Redis.CertificatePath, options.Redis.KeyPath, options.Redis.PasswordPath);
                CheckFolder(errors, Journal, options.Journal.Path);
                break;
        }
    }

    private static void CheckPath(ErrorList errors, string path)
    {
        const string Key = $"{LedgerOptions.Section}:{nameof(LedgerOptions.Path)}";
        errors.AddIf(Directory.Exists(path), Key, $"{ErrorList.Quote(path)} is a folder", "Write the path of a file, as data/ledger.db");
        if (!File.Exists(path) && Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            CheckFolder(errors, Key, folder);
        }
    }

    /// <summary>
    /// The folder exists or can be created. Whether the current user may write there is not checked: `check-config` is often run by another
    /// user than the gateway's.
    /// </summary>
    private static void CheckFolder(ErrorList errors, string key, string path)
    {
        string? folder = Path.GetFullPath(path);
        while (folder is not null && !Directory.Exists(folder) && !File.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder);
        }

        const UnixFileMode AnyWrite = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        errors.AddIf(File.Exists(folder), key, $"{ErrorList.Quote(folder ?? "")} is a file, so there can be no folder", "Write another path");
        errors.AddIf(
            folder is not null && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(folder) & AnyWrite) == 0,
            key,
            $"the folder {ErrorList.Quote(folder ?? "")} is read-only",
            "Write another path");
    }

    private static void CheckFiles(ErrorList errors, string store, string? ca, string? certificate, string? key, string? password)
    {
        FileRules.CheckFile(errors, $"{store}:PasswordPath", password, "Write the path of a file with the password");
        FileRules.CheckFile(errors, $"{store}:CaPath", ca);
        FileRules.CheckCertificate(errors, $"{store}:CertificatePath", certificate, $"{store}:KeyPath", key);
    }

    private static void CheckLogin(ErrorList errors, string store, string? user, string? password, string? passwordPath)
    {
        string file = $"{store}:PasswordPath";
        bool hasUser = !string.IsNullOrEmpty(user), hasPassword = !string.IsNullOrEmpty(password), hasFile = !string.IsNullOrEmpty(passwordPath);
        errors.AddIf(hasPassword && hasFile, file, "both a password and a file with a password are given", "Remove one of them");
        errors.AddIf(
            hasUser && !hasPassword && !hasFile, file, "a user is given but no password", "Write the password into a file, and the file's path here");
        errors.AddIf(
            store == Etcd && !hasUser && (hasPassword || hasFile),
            $"{store}:User",
            "a password is given but no user",
            "Write the user's name, or remove the password");
    }

    private static void CheckEndpoints(ErrorList errors, EtcdOptions options)
    {
        const string Endpoints = $"{Etcd}:{nameof(EtcdOptions.Endpoints)}";
        Uri[] endpoints = [.. options.Endpoints.Select(text => Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) ? uri : null).OfType<Uri>()];
        bool hasCertificates = options is { CaPath.Length: > 0 } or { CertificatePath.Length: > 0 };
        errors.AddIf(
            options.Endpoints.Count == 0,
            Endpoints,
            "the ledger's store is etcd, and no etcd member is named",
            "Write the members' client URLs, as [\"http://127.0.0.1:2379\"]");
        errors.AddIf(
            endpoints.Any(endpoint => endpoint.AbsolutePath != "/" || endpoint.UserInfo.Length > 0),
            Endpoints,
            "an endpoint has more than scheme, host and port",
            "Remove the rest; user and password have separate keys");
        errors.AddIf(
            endpoints.Select(endpoint => endpoint.Scheme).Distinct().Count() > 1,
            Endpoints,
            "some endpoints are http and some https",
            "Use the same scheme for all");
        errors.AddIf(
            hasCertificates && endpoints.Any(endpoint => endpoint.Scheme == Uri.UriSchemeHttp),
            Endpoints,
            "certificates are named, and the endpoints are http",
            "Write https:// before the endpoints, or remove the certificates");
    }
}
