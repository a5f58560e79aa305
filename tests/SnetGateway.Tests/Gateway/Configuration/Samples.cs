using SnetGateway.Gateway.Configuration;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>A configuration with everything that rules look at, as keys and texts, to be changed one key at a time.</summary>
internal static class Samples
{
    public const string GroupId = "aGVyZSBzdGFuZCAzMiBieXRlcyBvZiBncm91cCBpZCE=";

    public static Dictionary<string, string?> Good() => new(StringComparer.OrdinalIgnoreCase)
    {
        ["SnetGateway:Listeners:Public:Address"] = "127.0.0.1:0",
        ["SnetGateway:Chain:Endpoints:0"] = "http://127.0.0.1:8545",
        ["SnetGateway:Chain:ChainId"] = "31337",
        ["SnetGateway:Chain:EscrowAddress"] = "0x5e592F9b1d303183d963635f895f0f0C48284f4e",
        ["SnetGateway:Ledger:Store"] = "memory",
        ["SnetGateway:Groups:main:OrganizationId"] = "my-org",
        ["SnetGateway:Groups:main:GroupName"] = "default_group",
        ["SnetGateway:Groups:main:GroupId"] = GroupId,
        ["SnetGateway:Groups:main:PaymentAddress"] = "0x1111111111111111111111111111111111111111",
        ["SnetGateway:Groups:main:PaymentExpirationThreshold"] = "40320",
        ["SnetGateway:Services:translate:Group"] = "main",
        ["SnetGateway:Services:translate:ServiceId"] = "translate",
        ["SnetGateway:Services:translate:Hosts:0"] = "translate.example.org",
        ["SnetGateway:Services:translate:Price:Cogs"] = "1000",
        ["SnetGateway:Services:draw:Group"] = "main",
        ["SnetGateway:Services:draw:ServiceId"] = "draw",
        ["SnetGateway:Services:draw:Hosts:0"] = "draw.example.org:7000",
        ["SnetGateway:Services:draw:Price:Model"] = "fixed_price_per_method",
        ["SnetGateway:Services:draw:Price:Methods:/art.Draw/Line"] = "20",
        ["SnetGateway:PaidCalls:MaxWait"] = "00:00:02",
        ["SnetGateway:Limits:MaxMetadataBytes"] = "16384",
        ["ReverseProxy:Routes:translate:ClusterId"] = "translate",
        ["ReverseProxy:Routes:translate:Match:Path"] = "/{**method}",
        ["ReverseProxy:Routes:translate:Metadata:Service"] = "translate",
        ["ReverseProxy:Routes:translate:Transforms:0:RequestHeader"] = "x-from",
        ["ReverseProxy:Routes:translate:Transforms:0:Set"] = "gateway",
        ["ReverseProxy:Routes:draw:ClusterId"] = "draw",
        ["ReverseProxy:Routes:draw:Order"] = "5",
        ["ReverseProxy:Routes:draw:Match:Path"] = "/{**method}",
        ["ReverseProxy:Routes:draw:Metadata:Service"] = "draw",
        ["ReverseProxy:Routes:about:ClusterId"] = "draw",
        ["ReverseProxy:Routes:about:Match:Path"] = "/about.About/{method}",
        ["ReverseProxy:Routes:about:Match:Methods:0"] = "POST",
        ["ReverseProxy:Routes:about:Metadata:Payment"] = "none",
        ["ReverseProxy:Clusters:translate:LoadBalancingPolicy"] = "RoundRobin",
        ["ReverseProxy:Clusters:translate:Destinations:one:Address"] = "http://127.0.0.1:7002",
        ["ReverseProxy:Clusters:translate:HealthCheck:Active:Enabled"] = "true",
        ["ReverseProxy:Clusters:translate:HealthCheck:Active:Interval"] = "00:00:10",
        ["ReverseProxy:Clusters:translate:HttpRequest:Version"] = "2",
        ["ReverseProxy:Clusters:translate:HttpRequest:VersionPolicy"] = "RequestVersionExact",
        ["ReverseProxy:Clusters:translate:HttpClient:SslProtocols:0"] = "Tls13",
        ["ReverseProxy:Clusters:translate:HttpClient:MaxConnectionsPerServer"] = "8",
        ["ReverseProxy:Clusters:draw:Destinations:one:Address"] = "https://draw.internal:7003",
        ["ReverseProxy:Clusters:draw:Destinations:one:Host"] = "draw.example.org",
    };

    public static ValueTask<ConfigurationResult> ReadAsync(IEnumerable<KeyValuePair<string, string?>> values) =>
        new ConfigurationLoader(new ConfigurationSources(null, []))
            .ReadAsync(new Dictionary<string, string?>(values, StringComparer.OrdinalIgnoreCase));
}
