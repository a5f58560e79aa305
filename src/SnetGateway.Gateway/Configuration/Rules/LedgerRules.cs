using SnetGateway.Storage;

namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>A store that is named has what it needs.</summary>
internal static class LedgerRules
{
    private const string Etcd = $"{LedgerOptions.Section}:{nameof(LedgerOptions.Etcd)}";
    private const string Redis = $"{LedgerOptions.Section}:{nameof(LedgerOptions.Redis)}";
    private const string Journal = $"{LedgerOptions.Section}:{nameof(LedgerOptions.Journal)}:{nameof(JournalOptions.Path)}";

    public static void Check(RuleContext context)
    {
        LedgerOptions options = context.Options.Ledger;
        switch (options.Store)
        {
            case "sqlite":
                CheckPath(context, options.Path);
                break;
            case "etcd":
                CheckEtcd(context, options.Etcd);
                CheckFolder(context, Journal, options.Journal.Path);
                break;
            case "redis":
                CheckRedis(context, options.Redis);
                CheckFolder(context, Journal, options.Journal.Path);
                break;
        }
    }

    private static void CheckPath(RuleContext context, string path)
    {
        const string Key = $"{LedgerOptions.Section}:{nameof(LedgerOptions.Path)}";
        if (Directory.Exists(path))
        {
            context.AddError(Key, $"{ErrorList.Quote(path)} is a folder", "Write the path of a file, as data/ledger.db");
        }
        else if (!File.Exists(path) && Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            CheckFolder(context, Key, folder);
        }
    }

    /// <summary>
    /// The folder is there or can be made. Whether this very user may write there is not asked: it is not always the gateway's user who has a
    /// configuration judged.
    /// </summary>
    private static void CheckFolder(RuleContext context, string key, string path)
    {
        string? folder = Path.GetFullPath(path);
        while (folder is not null && !Directory.Exists(folder) && !File.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder);
        }

        const UnixFileMode Anybody = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        if (File.Exists(folder))
        {
            context.AddError(key, $"{ErrorList.Quote(folder)} is a file, so no folder can be there", "Write another path");
        }
        else if (folder is not null && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(folder) & Anybody) == 0)
        {
            context.AddError(key, $"nobody may write in the folder {ErrorList.Quote(folder)}", "Write another path");
        }
    }

    private static void CheckRedis(RuleContext context, RedisOptions options)
    {
        ListenerRules.CheckFile(context, $"{Redis}:{nameof(options.PasswordPath)}", options.PasswordPath, "Write the path of a file with the password");
        ListenerRules.CheckFile(context, $"{Redis}:{nameof(options.CaPath)}", options.CaPath);
        ListenerRules.CheckCertificate(
            context, $"{Redis}:{nameof(options.CertificatePath)}", options.CertificatePath, $"{Redis}:{nameof(options.KeyPath)}", options.KeyPath);
    }

    private static void CheckEtcd(RuleContext context, EtcdOptions options)
    {
        const string Endpoints = $"{Etcd}:{nameof(EtcdOptions.Endpoints)}";
        Uri[] endpoints = [.. options.Endpoints.Select(endpoint => Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? uri) ? uri : null).OfType<Uri>()];
        if (options.Endpoints.Count == 0)
        {
            context.AddError(Endpoints, "the ledger is in etcd and no member is named", "Write the members' client URLs, as [\"http://127.0.0.1:2379\"]");
        }
        else if (endpoints.Any(endpoint => endpoint.AbsolutePath != "/" || endpoint.UserInfo.Length > 0))
        {
            context.AddError(Endpoints, "an endpoint has more than scheme, host and port", "Take the rest out; user and password have keys of their own");
        }
        else if (endpoints.Select(endpoint => endpoint.Scheme).Distinct().Count() > 1)
        {
            context.AddError(Endpoints, "some endpoints are http and some https", "Write all in one way");
        }
        else if (endpoints.Any(endpoint => endpoint.Scheme == Uri.UriSchemeHttp) && options is { CaPath.Length: > 0 } or { CertificatePath.Length: > 0 })
        {
            context.AddError(Endpoints, "certificates are named, and the endpoints are http", "Write https:// before the endpoints, or take the certificates out");
        }

        ListenerRules.CheckFile(context, $"{Etcd}:{nameof(options.CaPath)}", options.CaPath);
        ListenerRules.CheckCertificate(
            context, $"{Etcd}:{nameof(options.CertificatePath)}", options.CertificatePath, $"{Etcd}:{nameof(options.KeyPath)}", options.KeyPath);
        ListenerRules.CheckFile(context, $"{Etcd}:{nameof(options.PasswordPath)}", options.PasswordPath, "Write the path of a file with the password");
    }
}
