using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Catalog;

/// <summary>Free calls have the key that signs their tokens, and the key's file holds one.</summary>
internal static class FreeCallRules
{
    private const string Groups = "SnetGateway:Groups";

    public static void Check(Dictionary<string, GroupOptions> groups, Dictionary<string, ServiceOptions> services, ErrorList errors)
    {
        CheckHosts(groups, services, errors);
        foreach ((string name, GroupOptions group) in groups)
        {
            string path = $"{Groups}:{name}:{nameof(group.FreeCalls)}";
            FreeCallOptions options = group.FreeCalls;
            var keys = new KeyRules(path, errors);
            keys.Requires(options.Calls > 0, options.SignerKeyFile, nameof(options.Calls), nameof(options.SignerKeyFile));
            keys.Requires(options.CallsPerAddress, options.SignerKeyFile);
            keys.Requires(options.TrustedSigners, options.SignerKeyFile);
            if (options.SignerKeyFile is { Length: > 0 } file)
            {
                errors.Check($"{path}:{nameof(options.SignerKeyFile)}", (
                    !TryReadKey(file, out _),
                    $"the file {ErrorList.Quote(file)} holds no private key",
                    "Write the path of a file with 64 hex digits and nothing else"));
            }
        }
    }

    /// <summary>The signature of a request names one of the host's services, and each of them costs a verification.</summary>
    private static void CheckHosts(
        Dictionary<string, GroupOptions> groups, Dictionary<string, ServiceOptions> services, ErrorList errors)
    {
        IEnumerable<IGrouping<string, string>> crowded = services
            .Where(service => groups.GetValueOrDefault(service.Value.Group)?.FreeCalls.SignerKeyFile is { Length: > 0 })
            .SelectMany(service => service.Value.Hosts.DefaultIfEmpty(""), (service, host) => (service.Key, Host: host.ToUpperInvariant()))
            .GroupBy(pair => pair.Host, pair => pair.Key)
            .Where(host => host.Count() > FreeCallTargets.MaxPerHost);
        foreach (IGrouping<string, string> host in crowded)
        {
            errors.Add(
                $"{ServiceRules.Services}:{host.Last()}:{nameof(ServiceOptions.Hosts)}",
                $"more than {FreeCallTargets.MaxPerHost} services with free calls have the same host",
                "Give each service its own host, or move some to a group without free calls");
        }
    }

    /// <summary>Reads the key of a file, of which no message repeats any part.</summary>
    public static bool TryReadKey(string file, out PrivateKey? key)
    {
        const int MaxLength = 1024;
        string text = "";
        bool isRead = Attempt.Succeeds(() =>
        {
            using var reader = new StreamReader(file);
            char[] buffer = new char[MaxLength];
            text = new string(buffer, 0, reader.ReadBlock(buffer));
            return null;
        });
        key = null;
        return isRead && PrivateKey.TryParse(text, out key);
    }
}
