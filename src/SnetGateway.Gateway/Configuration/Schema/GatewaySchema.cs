using SnetGateway.Ethereum;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.Logging;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>
/// The schema of the whole configuration. Sections that it does not name are not read, and are checked only for misspelt names.
/// </summary>
internal static class GatewaySchema
{
    private const string ListenersInstead = $"Remove it, and write {ListenerOptions.Section}";

    /// <summary>The `SnetGateway` section.</summary>
    public static ObjectNode Gateway { get; } = new OptionSchema((_, node) => node).For(typeof(GatewayOptions));

    public static ObjectNode Root { get; } = new(
    [
        new(GatewayOptions.Section, Gateway),
        new(ProxySchema.Section, ProxySchema.Node),
        new("Logging", new ObjectNode(
        [
            new("LogLevel", new CollectionNode(ScalarNode.Word(Enum.GetNames<LogLevel>()), IsList: false) { IsLive = true }),
            new("CaptureScopes", ScalarNode.Boolean),
            new("Console", new ObjectNode([new("FormatterName", ScalarNode.Word([LogOutput.Text, LogOutput.Json]))])),
        ])),

        // ASP.NET's host obeys these by itself, past our own section.
        new("Kestrel", new RefusedNode("the server would listen where no rule of the gateway applies", ListenersInstead)),
        new("Urls", new RefusedNode("the gateway does not listen there", ListenersInstead)),
        new("AllowedHosts", new RefusedNode(
            "the server itself would refuse calls and probes of other hosts",
            "Remove it, or write '*'; the Hosts of a service select its own calls",
            Harmless: "*")),
    ]);

    /// <summary>Adds every error of single keys and values.</summary>
    /// <param name="configuration">All sections.</param>
    /// <param name="errors">Gets the errors.</param>
    /// <param name="hasChain">Whether the keys that a chain needs may not be missing.</param>
    public static void Check(IConfiguration configuration, ErrorList errors, bool hasChain = true)
    {
        var check = new SchemaCheck(errors, hasChain ? null : ChainOptions.Section);
        foreach (SchemaProperty section in Root.Properties)
        {
            check.Check(section.Node, configuration.GetSection(section.Name));
        }

        // A misspelt section would otherwise be ignored as a whole.
        string[] trees = [GatewayOptions.Section, ProxySchema.Section];
        foreach (IConfigurationSection section in configuration.GetChildren())
        {
            if (Root.Find(section.Key) is null && section.GetChildren().Any() && ClosestMatch.Find(section.Key, trees) is { } near)
            {
                errors.Add(section.Key, "unknown section", $"Write '{near}' if that was meant, or remove it");
            }
        }
    }

    /// <summary>The node of a key; null for a key that the schema does not know.</summary>
    public static SchemaNode? Find(string key) => Root.FindBelow(key.Split(ConfigurationPath.KeyDelimiter));

    /// <summary>Whether a change of a key takes effect while the gateway runs. Keys that nothing reads need no restart either.</summary>
    public static bool IsLive(string key)
    {
        string[] parts = key.Split(ConfigurationPath.KeyDelimiter);
        return Root.Find(parts[0]) is null || Root.HasLive(parts);
    }
}
