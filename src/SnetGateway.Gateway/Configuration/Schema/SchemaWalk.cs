using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.Logging;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>Compares both trees and `Logging` with their schemas. Of other sections only what would keep the gateway from starting is looked at.</summary>
internal static class SchemaWalk
{
    private static readonly string[] s_roots = [GatewayOptions.Section, ProxySchema.Section];

    private static readonly ObjectNode s_logging = new(
    [
        new("LogLevel", new MapNode(new ScalarNode(ScalarForms.Word(Enum.GetNames<LogLevel>()))), IsRequired: false),
        new("CaptureScopes", new ScalarNode(ScalarForms.For(typeof(bool), [])!), IsRequired: false),
        new("Console", new ObjectNode([new("FormatterName", new ScalarNode(ScalarForms.Word([ConsoleLog.Text, ConsoleLog.Json])), IsRequired: false)]), IsRequired: false),
    ]);

    /// <summary>What ASP.NET's host obeys by itself, past everything that is said in our own section.</summary>
    private static readonly (string Key, string Problem, string Remedy)[] s_hosts =
    [
        ("Kestrel", "the server would listen where nothing of the gateway holds", $"Take it out, and write {ListenerOptions.Section}"),
        ("Urls", "the gateway does not listen there", $"Take it out, and write {ListenerOptions.Section}"),
        ("AllowedHosts", "the server would refuse calls and probes of other hosts by itself", "Take it out, or write '*'; the Hosts of a service say which calls are its own"),
    ];

    public static void Walk(IConfiguration configuration, ErrorList errors)
    {
        GatewaySchema.Node.Walk(configuration.GetSection(GatewayOptions.Section), errors);
        ProxySchema.Node.Walk(configuration.GetSection(ProxySchema.Section), errors);
        s_logging.Walk(configuration.GetSection("Logging"), errors);

        foreach ((string key, string problem, string remedy) in s_hosts)
        {
            IConfigurationSection section = configuration.GetSection(key);
            if ((!string.IsNullOrEmpty(section.Value) && section.Value != "*") || section.GetChildren().Any())
            {
                errors.Add(section.Path, problem, remedy);
            }
        }

        // A misspelt root would otherwise take its whole tree out of sight.
        foreach (IConfigurationSection section in configuration.GetChildren())
        {
            if (!s_roots.Contains(section.Key, StringComparer.OrdinalIgnoreCase)
                && section.GetChildren().Any()
                && ClosestMatch.Nearest(section.Key, s_roots) is { } near)
            {
                errors.Add(section.Key, "unknown section", $"Write '{near}' if that was meant, or take it out");
            }
        }
    }
}
