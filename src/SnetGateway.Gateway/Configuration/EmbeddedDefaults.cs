namespace SnetGateway.Gateway.Configuration;

/// <summary>The lowest of the configuration's sources. Defaults of single keys are in the option classes.</summary>
internal static class EmbeddedDefaults
{
    /// <summary>
    /// Always in force. The gateway logs nothing in scopes, and capturing them ties a context to each connection that every step of every
    /// call carries along; an operator who wants the server's own scopes sets it to true.
    /// </summary>
    public const string Always = """
        {
          "Logging": {
            "CaptureScopes": false,
            "LogLevel": { "Default": "Information", "Microsoft.AspNetCore": "Warning", "Yarp": "Warning", "System.Net.Http": "Warning" }
          }
        }
        """;

    /// <summary>
    /// In force only without a configuration file: one group, one service, one route and one cluster, all named `default`, so that
    /// environment variables or command line options are enough. What only the operator knows (addresses, ids, the price) is missing, and
    /// reported as missing.
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
