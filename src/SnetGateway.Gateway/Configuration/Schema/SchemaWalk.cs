namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>Compares both trees with their schemas. Other sections (`Logging`) belong to others and are left alone.</summary>
internal static class SchemaWalk
{
    private static readonly string[] s_roots = [GatewayOptions.Section, ProxySchema.Section];

    public static void Walk(IConfiguration configuration, MistakeList mistakes)
    {
        GatewaySchema.Node.Walk(configuration.GetSection(GatewayOptions.Section), mistakes);
        ProxySchema.Node.Walk(configuration.GetSection(ProxySchema.Section), mistakes);

        // A misspelt root would otherwise take its whole tree out of sight.
        foreach (IConfigurationSection section in configuration.GetChildren())
        {
            if (!s_roots.Contains(section.Key, StringComparer.OrdinalIgnoreCase)
                && section.GetChildren().Any()
                && Nearness.Nearest(section.Key, s_roots) is { } near)
            {
                mistakes.Add(section.Key, "unknown section", $"Write '{near}' if that was meant, or take it out");
            }
        }
    }
}
