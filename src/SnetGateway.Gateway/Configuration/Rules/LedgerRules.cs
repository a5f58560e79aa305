using SnetGateway.Storage;

namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>A store that is named has what it needs.</summary>
internal static class LedgerRules
{
    private const string Etcd = $"{LedgerOptions.Section}:{nameof(LedgerOptions.Etcd)}";

    public static void Check(RuleContext context)
    {
        if (context.Options.Ledger.Store == "etcd")
        {
            CheckEtcd(context, context.Options.Ledger.Etcd);
        }
    }

    private static void CheckEtcd(RuleContext context, EtcdOptions options)
    {
        const string Endpoints = $"{Etcd}:{nameof(EtcdOptions.Endpoints)}";
        Uri[] endpoints = [.. options.Endpoints.Select(endpoint => Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? uri) ? uri : null).OfType<Uri>()];
        if (options.Endpoints.Count == 0)
        {
            context.Complain(Endpoints, "the ledger is in etcd and no member is named", "Write the members' client URLs, as [\"http://127.0.0.1:2379\"]");
        }
        else if (endpoints.Any(endpoint => endpoint.AbsolutePath != "/" || endpoint.UserInfo.Length > 0))
        {
            context.Complain(Endpoints, "an endpoint has more than scheme, host and port", "Take the rest out; user and password have keys of their own");
        }
        else if (endpoints.Select(endpoint => endpoint.Scheme).Distinct().Count() > 1)
        {
            context.Complain(Endpoints, "some endpoints are http and some https", "Write all in one way");
        }
        else if (endpoints.Any(endpoint => endpoint.Scheme == Uri.UriSchemeHttp) && options is { CaPath.Length: > 0 } or { CertificatePath.Length: > 0 })
        {
            context.Complain(Endpoints, "certificates are named, and the endpoints are http", "Write https:// before the endpoints, or take the certificates out");
        }

        ListenerRules.CheckFile(context, $"{Etcd}:{nameof(options.CaPath)}", options.CaPath);
        ListenerRules.CheckFile(context, $"{Etcd}:{nameof(options.CertificatePath)}", options.CertificatePath);
        ListenerRules.CheckFile(context, $"{Etcd}:{nameof(options.KeyPath)}", options.KeyPath);
        ListenerRules.CheckFile(context, $"{Etcd}:{nameof(options.PasswordPath)}", options.PasswordPath, "Write the path of a file with the password");
    }
}
