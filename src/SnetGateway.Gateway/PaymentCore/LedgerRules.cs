using SnetGateway.Gateway.Validation;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.PaymentCore;

/// <summary>The chosen store has what it needs, and no two settings of a store contradict each other.</summary>
internal static class LedgerRules
{
    private const string Database = $"{LedgerOptions.Section}:{nameof(LedgerOptions.Path)}";
    private const string Journal = $"{LedgerOptions.Section}:{nameof(LedgerOptions.Journal)}:{nameof(JournalOptions.Path)}";
    private const string Etcd = $"{LedgerOptions.Section}:{nameof(LedgerOptions.Etcd)}";
    private const string Redis = $"{LedgerOptions.Section}:{nameof(LedgerOptions.Redis)}";
    private const string Endpoints = $"{Etcd}:{nameof(EtcdOptions.Endpoints)}";

    public static void Check(LedgerOptions options, ErrorList errors)
    {
        CheckEtcd(options.Etcd, errors);
        CheckRedis(options.Redis, errors);
        switch (options.Store)
        {
            case "sqlite":
                string path = Path.GetFullPath(options.Path);
                errors.Check(Database, (Directory.Exists(path), $"{ErrorList.Quote(path)} is a folder", "Write a file, as data/ledger.db"));
                FolderRules.Check(errors, Database, File.Exists(path) ? null : Path.GetDirectoryName(path));
                break;
            case "etcd" or "redis":
                FolderRules.Check(errors, Journal, Path.GetFullPath(options.Journal.Path));
                break;
        }

        errors.Check(Endpoints, (
            options is { Store: "etcd", Etcd.Endpoints.Count: 0 },
            "the ledger's store is etcd, and no etcd member is named",
            "Write the members' client URLs, as [\"http://127.0.0.1:2379\"]"));
    }

    private static void CheckEtcd(EtcdOptions etcd, ErrorList errors)
    {
        var keys = new KeyRules(Etcd, errors);
        keys.Excludes(etcd.Password, etcd.PasswordPath);
        keys.Requires(etcd.Password, etcd.User);
        keys.Requires(etcd.PasswordPath, etcd.User);
        keys.Requires(etcd.User, etcd.Password + etcd.PasswordPath, otherName: nameof(etcd.PasswordPath));
        CertificateRules.Check(Etcd, etcd.CertificatePath, etcd.KeyPath, errors);
        Uri[] endpoints = [.. etcd.Endpoints.Select(endpoint => new Uri(endpoint))];
        bool hasMore = endpoints.Any(endpoint => endpoint.AbsolutePath != "/" || endpoint.UserInfo.Length > 0);
        bool isClear = endpoints.Any(endpoint => endpoint.Scheme == Uri.UriSchemeHttp);
        bool isTls = endpoints.Any(endpoint => endpoint.Scheme == Uri.UriSchemeHttps);
        bool hasFiles = etcd is { CaPath.Length: > 0 } or { CertificatePath.Length: > 0 };
        errors.Check(
            Endpoints,
            (hasMore, "an endpoint has more than scheme, host and port", "Remove the rest; user and password have separate keys"),
            (isClear && isTls, "some endpoints are http and some https", "Use the same scheme for all"),
            (isClear && hasFiles, "certificates are named, and the endpoints are http", "Write https:// endpoints, or remove the files"));
    }

    private static void CheckRedis(RedisOptions redis, ErrorList errors)
    {
        var keys = new KeyRules(Redis, errors);
        keys.Requires(redis.User, redis.PasswordPath);
        keys.Requires(redis.CaPath, redis.Tls);
        keys.Requires(redis.CertificatePath, redis.Tls);
        CertificateRules.Check(Redis, redis.CertificatePath, redis.KeyPath, errors);
    }
}
