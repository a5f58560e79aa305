namespace SnetGateway.Gateway.Configuration;

/// <summary>What holds where nothing is configured, beneath every other source. Defaults of single keys stand in the option classes.</summary>
internal static class EmbeddedDefaults
{
    /// <summary>
    /// Always in force. Nothing of ours logs in scopes, and capturing them ties a context to each connection that every step of every call
    /// then carries along; who wants the server's own scopes sets it to true.
    /// </summary>
    public const string Always = """
        {
          "Logging": { "CaptureScopes": false, "LogLevel": { "Default": "Information", "Microsoft.AspNetCore": "Warning", "Yarp": "Warning", "System.Net.Http": "Warning" } }
        }
        """;

    /// <summary>
    /// In force only where there is no configuration file: one group, one service and one cluster, all named `default`, so that the gateway
    /// runs on environment variables or command line options alone. What is particular to an operator (addresses, ids, the price) is missing
    /// and asked for.
    /// </summary>
    public const string WithoutFile = """
        {
          "SnetGateway": {
            "Groups": { "default": { "GroupName": "default_group" } },
            "Services": { "default": { "Group": "default" } }
          },
          "ReverseProxy": {
            "Routes": { "default": { "ClusterId": "default", "Match": { "Path": "/{**rest}" }, "Metadata": { "Service": "default" } } },
            "Clusters": { "default": { "LoadBalancingPolicy": "PowerOfTwoChoices" } }
          }
        }
        """;
}
