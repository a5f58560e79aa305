using SnetGateway.Gateway.Admin;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Configuration.Schema;
using Xunit;

namespace SnetGateway.Tests.Gateway.Admin;

/// <summary>Which values of the configuration are shown.</summary>
public sealed class ShownConfigurationTests
{
    private const string Canary = "CANARY";

    [Fact]
    public void EveryKeyThatCanHoldASecret_IsHidden()
    {
        (string Path, SchemaNode Node)[] secrets = [.. Leaves(GatewaySchema.Root, "", isSecret: false)
            .Where(leaf => leaf.Node.IsSecret || leaf.Node is ScalarNode { MayHoldSecret: true })];
        Assert.True(secrets.Length > 12, string.Join('\n', secrets));
        Dictionary<string, string?> values = secrets.ToDictionary(
            leaf => leaf.Path,
            string? (leaf) => leaf.Node.IsSecret ? Canary : $"https://me:{Canary}@node.example.org/{Canary}?{Canary}#{Canary}");
        values["HOME"] = values["Some:Password"] = Canary;
        IReadOnlyList<ConfigurationValue> shown = new ShownConfiguration(new AcceptedConfiguration(values)).Read();
        Assert.Equal(secrets.Select(leaf => leaf.Path).Order(), shown.Select(value => value.Key).Order());
        Assert.DoesNotContain(shown, value => value.Value.Contains(Canary, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Names of files may be shown; nothing that shows them reads the files.</summary>
    [Fact]
    public void OptionsWhoseNamesSaySecret_AreMarked()
    {
        string[] words = ["Password", "Secret", "Token", "ApiKey", "Credential"];
        Assert.Equal(
            ["SnetGateway:Prepaid:TokenLifetime"],
            Leaves(GatewaySchema.Gateway, "SnetGateway", isSecret: false)
                .Where(leaf => !leaf.Node.IsSecret && !leaf.Path.EndsWith("Path", StringComparison.Ordinal)
                    && !leaf.Path.Contains("FreeCalls", StringComparison.Ordinal)
                    && words.Any(word => leaf.Path[(leaf.Path.LastIndexOf(':') + 1)..].Contains(word, StringComparison.OrdinalIgnoreCase)))
                .Select(leaf => leaf.Path));
    }

    private static IEnumerable<(string Path, SchemaNode Node)> Leaves(SchemaNode node, string path, bool isSecret)
    {
        isSecret |= node.IsSecret;
        return node switch
        {
            ObjectNode known => known.Properties.SelectMany(
                property => Leaves(property.Node, path.Length == 0 ? property.Name : $"{path}:{property.Name}", isSecret)),
            CollectionNode all => Leaves(all.Element, $"{path}:0", isSecret),
            _ => [(path, node with { IsSecret = isSecret })],
        };
    }
}
