using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Pricing;
using SnetGateway.TestKit;
using Xunit;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Tests.Gateway.Configuration;

public class ConfigurationReaderTests
{
    private const string S = "SnetGateway:";
    private const string P = "ReverseProxy:";

    [Fact]
    public async Task Read_GoodConfiguration_GivesSnapshot()
    {
        ConfigurationResult result = await Samples.ReadAsync(Samples.Good());

        Assert.Empty(result.Errors);
        Assert.True(result.IsValid);
        Assert.Equal(TimeSpan.FromSeconds(2), result.Options.PaidCalls.MaxWait);
        PaidService draw = result.Snapshot.Catalog.Find("draw")!;
        Assert.Equal("my-org", draw.Group.OrganizationId);
        Assert.Equal(40_320ul, draw.Group.ExpirationThreshold);
        Assert.Equal("20", (await draw.Prices.PriceOfAsync("/art.Draw/Line", default, default)).Cogs.ToString());
        Assert.NotNull((await draw.Prices.PriceOfAsync("/art.Draw/Circle", default, default)).Refusal);
        Assert.Null(result.Snapshot.Catalog.Find("nobody"));
    }

    [Fact]
    [Rule(22)]
    public async Task Read_ServiceWithHosts_FeedsItsRoutes()
    {
        ConfigurationResult result = await Samples.ReadAsync(Samples.Good());

        RouteConfig route = result.Snapshot!.Routes.Single(r => r.RouteId == "translate");
        Assert.Equal(["translate.example.org"], route.Match.Hosts!);
    }

    [Fact]
    public async Task Read_ServiceTimeout_IsThatServicesOnly()
    {
        Dictionary<string, string?> values = Samples.Good();
        values[S + "Services:draw:ServiceTimeout"] = "00:00:30";

        ConfigurationResult result = await Samples.ReadAsync(values);

        Assert.Equal(TimeSpan.FromSeconds(30), result.Snapshot!.Catalog.Find("draw")!.Timeout);
        Assert.Null(result.Snapshot.Catalog.Find("translate")!.Timeout);
    }

    [Fact]
    public async Task Read_Null_MeansNotSet()
    {
        Dictionary<string, string?> values = Samples.Good();
        values[S + "Listeners:Public:Address"] = null;
        values[S + "Limits:DrainTimeout"] = null;

        ConfigurationResult result = await Samples.ReadAsync(values);

        Assert.Empty(result.Errors);
        Assert.Equal(new PublicListenerOptions().Address, result.Options.Listeners.Public.Address);
        Assert.DoesNotContain(null, result.Values.Values);
    }

    [Theory]
    [InlineData("1000", "1000")]
    [InlineData("0", "0")]
    [InlineData(
        "115792089237316195423570985008687907853269984665640564039457584007913129639935",
        "115792089237316195423570985008687907853269984665640564039457584007913129639935")]
    public async Task Read_Amount_OfAnySize(string text, string cogs)
    {
        Dictionary<string, string?> values = Samples.Good();
        values[S + "Services:translate:Price:Cogs"] = text;

        ConfigurationResult result = await Samples.ReadAsync(values);

        PaidService service = result.Snapshot!.Catalog.Find("translate")!;
        Assert.Equal(cogs, (await service.Prices.PriceOfAsync("/any", default, default)).Cogs.ToString());
    }

    /// <summary>
    /// One change each to the good configuration: the key, its new text (null takes it out), the path that is named, words that are said.
    /// </summary>
    [Theory]
    [InlineData(S + "Services:translate:Pricee:Cogs", "1", S + "Services:translate:Pricee", "Price")]
    [InlineData(S + "Services:translate:Cogs", "1", S + "Services:translate:Cogs", "Price:Cogs")]
    [InlineData(S + "Servces:translate:Group", "main", S + "Servces", "'Services'")]
    [InlineData(S + "Limits:MaxMetadatBytes", "1", S + "Limits:MaxMetadatBytes", "'MaxMetadataBytes'")]
    [InlineData(S + "Limits:MaxMetadataBytes", "many", S + "Limits:MaxMetadataBytes", "1024 to 1048576")]
    [InlineData(S + "Limits:MaxMetadataBytes", "1", S + "Limits:MaxMetadataBytes", "1024 to 1048576")]
    [InlineData(S + "Limits:MaxMetadataBytes", "1e4", S + "Limits:MaxMetadataBytes", "'1e4'")]
    [InlineData(S + "Limits", "big", S + "Limits", "plain value")]
    [InlineData(S + "PaidCalls:MaxWait", "5", S + "PaidCalls:MaxWait", "'00:00:05'")]
    [InlineData(S + "PaidCalls:MaxWait", "01:00:00", S + "PaidCalls:MaxWait", "00:05:00")]
    [InlineData(S + "PaidCalls:UnconfirmedExposure", "-1", S + "PaidCalls:UnconfirmedExposure", "cogs")]
    [InlineData(S + "PaidCalls:UnconfirmedExposure", "1000000", null, null)]
    [InlineData(S + "Services:draw:ServiceTimeout", "2.00:00:00", S + "Services:draw:ServiceTimeout", "1.00:00:00")]
    [InlineData(S + "Services:draw:ServiceTimeout", "00:00:00", null, null)]
    [InlineData(S + "PaidCalls:MaxWait:Seconds", "5", S + "PaidCalls:MaxWait", "one value")]
    [InlineData(S + "Services:translate:Price:Cogs", "-1", S + "Services:translate:Price:Cogs", "2^256-1")]
    [InlineData(S + "Services:translate:Price:Cogs", "1.5", S + "Services:translate:Price:Cogs", "cogs")]
    [InlineData(S + "Services:translate:Price:Cogs", "0x10", S + "Services:translate:Price:Cogs", "cogs")]
    [InlineData(
        S + "Services:translate:Price:Cogs", "115792089237316195423570985008687907853269984665640564039457584007913129639936",
        S + "Services:translate:Price:Cogs", "2^256-1")]
    [InlineData(S + "Services:translate:Price:Cogs", null, S + "Services:translate:Price", "missing")]
    [InlineData(S + "Services:translate:Price:Model", "fixed_prise", S + "Services:translate:Price:Model", "'fixed_price'")]
    [InlineData(
        S + "Services:translate:Price:Model", "fixed_price_per_method", S + "Services:translate:Price:Cogs",
        "used only if Model is fixed_price. Remove it, or set Model to fixed_price.")]
    [InlineData(
        S + "Services:draw:Price:Model", "fixed_price", S + "Services:draw:Price:Methods",
        "used only if Model is fixed_price_per_method")]
    [InlineData(S + "Services:draw:Price:Methods:Line", "2", S + "Services:draw:Price:Methods:Line", "/package.Service/Method")]
    [InlineData(S + "Services:draw:Price:Methods:/art.Draw/Line", "two", S + "Services:draw:Price:Methods:/art.Draw/Line", "cogs")]
    [InlineData(S + "Services:translate:Group", "mian", S + "Services:translate:Group", "'main'")]
    [InlineData(S + "Services:translate:Group", null, S + "Services:translate:Group", "missing")]
    [InlineData(S + "Services:translate:Hosts:0", "http://translate.example.org/", S + "Services:translate:Hosts:0", "no scheme")]
    [InlineData(S + "Services:draw:Hosts:0", "translate.example.org", null, null)]
    [InlineData(S + "Services:draw:Heartbeat:Kind", "tcp", S + "Services:draw:Heartbeat:Kind", "grpc")]
    [InlineData(S + "Services:draw:Heartbeat:Kind", "http", S + "Services:draw:Heartbeat:Url", "missing")]
    [InlineData(S + "Services:draw:Heartbeat:Kind", "grpc", null, null)]
    [InlineData(
        S + "Services:draw:Heartbeat:Url", "http://127.0.0.1/", S + "Services:draw:Heartbeat:Url",
        "used only if Kind is http. Remove it, or set Kind to http.")]
    [InlineData(
        S + "Services:draw:Heartbeat:HealthName", "art.Draw", S + "Services:draw:Heartbeat:HealthName",
        "used only if Kind is grpc")]
    [InlineData(S + "Web:Origins:0", "https://app.example.org", null, null)]
    [InlineData(S + "Web:Origins:0", "https://app.example.org/", S + "Web:Origins:0", "no path")]
    [InlineData(S + "Web:Origins:0", "app.example.org", S + "Web:Origins:0", "an origin")]
    [InlineData(S + "Groups:main:GroupId", "aGVsbG8=", S + "Groups:main:GroupId", "32 bytes")]
    [InlineData(S + "Groups:main:PaymentAddress", "0x11", S + "Groups:main:PaymentAddress", "40 hex")]
    [InlineData(
        S + "Groups:main:PaymentAddress", "0x0000000000000000000000000000000000000000", S + "Groups:main:PaymentAddress", "not all zero")]
    [InlineData(S + "Groups:main:PaymentExpirationThreshold", "0", S + "Groups:main:PaymentExpirationThreshold", "1 to")]
    [InlineData(S + "Groups:main:OrganizationId", "", S + "Groups:main:OrganizationId", "missing")]
    [InlineData(S + "Listeners:Public:Address", "7000", S + "Listeners:Public:Address", "port")]
    [InlineData(S + "Listeners:Public:Address", "0.0.0.0:7001", S + "Listeners:Admin:Address", "own port")]
    [InlineData(S + "Listeners:Admin:Address", "0.0.0.0:7005", S + "Listeners:Admin:Address", "loopback")]
    [InlineData(S + "Listeners:Public:CertificatePath", "/nowhere/cert.pem", S + "Listeners:Public:CertificatePath", "no file")]
    [InlineData(
        S + "Listeners:Public:KeyPath", "/dev/null", S + "Listeners:Public:CertificatePath",
        "not set, and KeyPath needs it. Set it, or remove KeyPath.")]
    [InlineData(S + "Chain:ChainId", null, S + "Chain:ChainId", "missing")]
    [InlineData(S + "Chain:ChainId", "0x1", S + "Chain:ChainId", "whole number")]
    [InlineData(S + "Chain:EscrowAddress", null, S + "Chain:EscrowAddress", "missing")]
    [InlineData(S + "Chain:EscrowAddress", "0x5e59", S + "Chain:EscrowAddress", "40 hex")]
    [InlineData(S + "Chain:Endpoints:0", null, S + "Chain:Endpoints", "missing")]
    [InlineData(S + "Chain:Endpoints:1", "ws://127.0.0.1", S + "Chain:Endpoints:1", "http")]
    [InlineData(S + "Ledger:Redis:CaPath", "/dev/null", S + "Ledger:Redis:Tls", "not set, and CaPath needs it")]
    [InlineData(S + "Ledger:Redis:KeyPath", "/dev/null", S + "Ledger:Redis:CertificatePath", "not set, and KeyPath needs it")]
    [InlineData(S + "Ledger:Redis:CaPath", "/nowhere/ca.pem", S + "Ledger:Redis:CaPath", "there is no file")]
    [InlineData(S + "Ledger:Store", "sqlitee", S + "Ledger:Store", "'sqlite'")]
    [InlineData(P + "Clusters:draw:Metadata:KeepAlivePing", "00:05:00", null, null)]
    [InlineData(
        P + "Clusters:draw:Metadata:KeepAlivePing", "00:00:00.5", P + "Clusters:draw:Metadata:KeepAlivePing",
        "from 00:00:01 to 01:00:00")]
    [InlineData(P + "Clusters:draw:Metadata:KeepAlivePing", "often", P + "Clusters:draw:Metadata:KeepAlivePing", "a duration")]
    [InlineData(P + "Clusters:draw:Metadata:Backend", "jsonrcp", P + "Clusters:draw:Metadata:Backend", "'jsonrpc'")]
    [InlineData(S + "Limits:PingInterval", "00:00:00.5", S + "Limits:PingInterval", "00:00:01")]
    [InlineData(P + "Rutes:x:ClusterId", "draw", P + "Rutes", "'Routes'")]
    [InlineData(P + "Routes:draw:ClusterID2", "draw", P + "Routes:draw:ClusterID2", "'ClusterId'")]
    [InlineData(P + "Routes:draw:RouteId", "draw", P + "Routes:draw:RouteId", "unknown key")]
    [InlineData(P + "Routes:draw:Match:Pth", "/x", P + "Routes:draw:Match:Pth", "'Path'")]
    [InlineData(P + "Routes:draw:Match:Methods", "POST", P + "Routes:draw:Match:Methods", "a list")]
    [InlineData(P + "Routes:draw:Match:Methods:first", "POST", P + "Routes:draw:Match:Methods:first", "list elements")]
    [InlineData(P + "Routes:draw:Match:Headers:0:Mode", "Exact", P + "Routes:draw:Match:Headers:0:Mode", "ExactHeader")]
    [InlineData(P + "Routes:draw:Order", "first", P + "Routes:draw:Order", "whole number")]
    [InlineData(P + "Routes:draw:ClusterId", "drew", P + "Routes:draw:ClusterId", "'draw'")]
    [InlineData(P + "Routes:draw:ClusterId", null, P + "Routes:draw:ClusterId", "missing")]
    [InlineData(P + "Routes:draw:Metadata:Service", "drew", P + "Routes:draw:Metadata:Service", "'draw'")]
    [InlineData(P + "Routes:draw:Metadata:Service", null, P + "Routes:draw:Metadata", "Payment")]
    [InlineData(P + "Routes:draw:Metadata:Payment", "none", P + "Routes:draw:Metadata", "Keep one")]
    [InlineData(P + "Routes:about:Metadata:Payment", "free", P + "Routes:about:Metadata:Payment", "'none'")]
    [InlineData(P + "Routes:draw:Metadata:PriceCogs", "50", null, null)]
    [InlineData(P + "Routes:draw:Metadata:PriceCogs", "-1", P + "Routes:draw:Metadata:PriceCogs", "'-1' is not an amount in cogs")]
    [InlineData(P + "Routes:draw:Metadata:PriceCogs", "", P + "Routes:draw:Metadata:PriceCogs", "cogs")]
    [InlineData(P + "Routes:draw:Metadata:Price", "50", P + "Routes:draw:Metadata:Price", "'PriceCogs'")]
    [InlineData(P + "Routes:draw:Metadata:PirceCogs", "50", P + "Routes:draw:Metadata:PirceCogs", "'PriceCogs'")]
    [InlineData(P + "Routes:about:Metadata:PriceCogs", "50", P + "Routes:about:Metadata:PriceCogs", "never used")]
    [InlineData(P + "Routes:draw:Match:Hosts:0", "x.example.org", P + "Routes:draw:Match:Hosts", "at the service")]
    [InlineData(P + "Routes:draw:Match:Path", "/{**", P + "Routes:draw:Match:Path", "/{**method}")]
    [InlineData(P + "Routes:draw:Match:Path", "/{method:nonsense}", P + "Routes:draw:Match:Path", "/{method:nonsense}")]
    [InlineData(P + "Routes:draw:Match:Path", "/{method:regex(^a.B$)}/{id:int:min(1)}", null, null)]
    [InlineData(
        P + "Routes:about:Match:Path", "/escrow.PaymentChannelStateService/GetChannelState", P + "Routes:about:Match:Path", "itself")]
    [InlineData(P + "Routes:about:Match:Path", "grpc.health.v1.health/check/", P + "Routes:about:Match:Path", "grpc.health.v1.Health")]
    [InlineData(P + "Routes:about:Match:Path", "/grpc.health.v1.Health/{method}", P + "Routes:about:Match:Path", "itself")]
    [InlineData(P + "Routes:about:Match:Path", "/training.Daemon/{**method}", P + "Routes:about:Match:Path", "training.Daemon")]
    [InlineData(P + "Routes:about:Match:Path", "/training.Model/{**method}", P + "Routes:about:Match:Path", "training.Model")]
    [InlineData(P + "Routes:about:Match:Path", "/training.Models/{**method}", null, null)]
    [InlineData(P + "Routes:draw:Timeout", "00:00:05", P + "Routes:draw:Timeout", "ServiceTimeout")]
    [InlineData(P + "Routes:about:Timeout", "00:00:05", P + "Routes:about:Timeout", "ActivityTimeout")]
    [InlineData(P + "Routes:draw:TimeoutPolicy", "short", P + "Routes:draw:TimeoutPolicy", "ServiceTimeout")]
    [InlineData(P + "Routes:draw:AuthorizationPolicy", "default", P + "Routes:draw:AuthorizationPolicy", "'anonymous'")]
    [InlineData(P + "Routes:draw:AuthorizationPolicy", "Anonymous", null, null)]
    [InlineData(P + "Routes:draw:AuthorizationPolicy", "", null, null)]
    [InlineData(P + "Routes:draw:CorsPolicy", "disable", P + "Routes:draw:CorsPolicy", S + "Web:Origins")]
    [InlineData(P + "Routes:draw:RateLimiterPolicy", "default", P + "Routes:draw:RateLimiterPolicy", "balancer")]
    [InlineData(P + "Routes:draw:OutputCachePolicy", "", null, null)]
    [InlineData(P + "Routes:draw:OutputCachePolicy", "minute", P + "Routes:draw:OutputCachePolicy", "paid for")]
    [InlineData(P + "Routes:draw:Transforms:0:Nonsense", "1", P + "Routes:draw:Transforms:0", "transform")]
    [InlineData(P + "Routes:translate:Transforms:1:Nonsense", "1", P + "Routes:translate:Transforms:1", "transform")]
    [InlineData(P + "Routes:draw:Match:Methods:0", "PSOT", P + "Routes:draw:Match:Methods:0", "'POST'")]
    [InlineData(P + "Routes:draw:Match:Headers:0:Name", "x", P + "Routes:draw:Match", "header")]
    [InlineData(P + "Routes:draw:MaxRequestBodySize", "-7", P + "Routes:draw:MaxRequestBodySize", "from -1")]
    [InlineData(P + "Routes:draw:MaxRequestBodySize", "-1", null, null)]
    [InlineData(P + "Clusters:draw:LoadBalancingPolicy", "RondRobin", P + "Clusters:draw:LoadBalancingPolicy", "'RoundRobin'")]
    [InlineData(P + "Clusters:draw:LoadBalancingPolicy", "Fastest", P + "Clusters:draw:LoadBalancingPolicy", "PowerOfTwoChoices")]
    [InlineData(P + "Clusters:draw:LoadBalancingPolicy", "", null, null)]
    [InlineData(
        P + "Clusters:draw:HealthCheck:AvailableDestinationsPolicy", "HealtyOrPanic",
        P + "Clusters:draw:HealthCheck:AvailableDestinationsPolicy", "'HealthyOrPanic'")]
    [InlineData(
        P + "Clusters:draw:HealthCheck:Active:Policy", "Nope", P + "Clusters:draw:HealthCheck:Active:Policy",
        "is not ConsecutiveFailures. Write ConsecutiveFailures.")]
    [InlineData(
        P + "Clusters:draw:HealthCheck:Active:Interval", "-00:00:10", P + "Clusters:draw:HealthCheck:Active:Interval", "from 00:00:00.001")]
    [InlineData(
        P + "Clusters:draw:HealthCheck:Active:Timeout", "00:00:00", P + "Clusters:draw:HealthCheck:Active:Timeout", "from 00:00:00.001")]
    [InlineData(P + "Clusters:draw:HealthCheck:Active:Query", "?level=ready", P + "Clusters:draw:HealthCheck:Active:Query", "no effect")]
    [InlineData(
        P + "Clusters:draw:HealthCheck:Passive:Policy", "Nope", P + "Clusters:draw:HealthCheck:Passive:Policy", "TransportFailureRate")]
    [InlineData(
        P + "Clusters:draw:HealthCheck:Passive:ReactivationPeriod", "100.00:00:00",
        P + "Clusters:draw:HealthCheck:Passive:ReactivationPeriod", "49.00:00:00")]
    [InlineData(
        P + "Clusters:draw:HttpClient:MaxConnectionsPerServer", "-5", P + "Clusters:draw:HttpClient:MaxConnectionsPerServer", "from 1")]
    [InlineData(
        P + "Clusters:draw:HttpClient:RequestHeaderEncoding", "klingon", P + "Clusters:draw:HttpClient:RequestHeaderEncoding", "utf-8")]
    [InlineData(P + "Clusters:draw:HttpClient:RequestHeaderEncoding", "latin1", null, null)]
    [InlineData(P + "Clusters:draw:HttpRequest:Version", "9", P + "Clusters:draw:HttpRequest:Version", "Write one of 1.0")]
    [InlineData(
        P + "Clusters:draw:HttpRequest:ActivityTimeout", "-00:00:05", P + "Clusters:draw:HttpRequest:ActivityTimeout",
        "-00:00:00.0010000 for none")]
    [InlineData(
        P + "Clusters:draw:HttpRequest:ActivityTimeout", "00:00:00", P + "Clusters:draw:HttpRequest:ActivityTimeout", "from 00:00:00.001")]
    [InlineData(P + "Clusters:draw:HttpRequest:ActivityTimeout", "-00:00:00.001", null, null)]
    [InlineData(P + "Clusters:draw:HttpRequest:ActivityTimeout", "00:01:00", null, null)]
    [InlineData(P + "Clusters:draw:Destinations:one:Adress", "x", P + "Clusters:draw:Destinations:one:Adress", "'Address'")]
    [InlineData(
        P + "Clusters:draw:Destinations:one:Address", "draw.internal:7003", P + "Clusters:draw:Destinations:one:Address", "http://")]
    [InlineData(P + "Clusters:draw:Destinations:one:Address", null, P + "Clusters:draw:Destinations:one:Address", "missing")]
    [InlineData(P + "Clusters:translate:HttpRequest:Version", "two", P + "Clusters:translate:HttpRequest:Version", "1.1, 2")]
    [InlineData(
        P + "Clusters:translate:HttpRequest:ActivityTimeout", "100", P + "Clusters:translate:HttpRequest:ActivityTimeout", "'00:01:40'")]
    [InlineData(
        P + "Clusters:translate:HealthCheck:Active:Enabled", "yes", P + "Clusters:translate:HealthCheck:Active:Enabled", "true or false")]
    [InlineData(P + "Clusters:translate:HttpClient:SslProtocols:0", "Tls14", P + "Clusters:translate:HttpClient:SslProtocols:0", "Tls13")]
    [InlineData("Logging:LogLevel:Default", "Loud", "Logging:LogLevel:Default", "Information")]
    [InlineData("Logging:LogLevel:Yarp", "Informaton", "Logging:LogLevel:Yarp", "'Information'")]
    [InlineData("Logging:LogLevel:Yarp", "none", null, null)]
    [InlineData("Logging:Loglevels:Yarp", "None", "Logging:Loglevels", "'LogLevel'")]
    [InlineData("Logging:CaptureScopes", "yes", "Logging:CaptureScopes", "true or false")]
    [InlineData("Logging:Console:LogLevel:Yarp", "None", "Logging:Console:LogLevel", "FormatterName")]
    [InlineData("Logging:Console:FormatterName", "systemd", "Logging:Console:FormatterName", "simple, json")]
    [InlineData("Logging:Console:FormatterName", "json", null, null)]
    [InlineData("Kestrel:Endpoints:a:Url", "http://127.0.0.1:5000", "Kestrel", S + "Listeners")]
    [InlineData("Kestrel:EndpointDefaults:Protocols", "Http1", "Kestrel", S + "Listeners")]
    [InlineData("urls", "http://127.0.0.1:5000", "Urls", S + "Listeners")]
    [InlineData("AllowedHosts", "a.org", "AllowedHosts", "Hosts")]
    [InlineData("AllowedHosts", "*", null, null)]
    [InlineData("SnetGatewy:Limits:MaxMetadataBytes", "1", "SnetGatewy", "'SnetGateway'")]
    [Rule(21)]
    public async Task Read_OneMistake_IsReportedWithPathAndRemedy(string key, string? text, string? path, string? words)
    {
        Dictionary<string, string?> values = Samples.Good();
        if (text is null)
        {
            values.Remove(key);
        }
        else
        {
            values[key] = text;
        }

        ConfigurationResult result = await Samples.ReadAsync(values);

        if (path is null)
        {
            Assert.Empty(result.Errors);
            return;
        }

        Assert.False(result.IsValid);
        ConfigurationError error = Assert.Single(result.Errors);
        Assert.Equal(path, error.Path);
        Assert.Contains(words!, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_SessionAffinity_IsRefusedRatherThanLeftWithoutEffect()
    {
        Dictionary<string, string?> values = Samples.Good();
        values[P + "Clusters:draw:SessionAffinity:AffinityKeyName"] = "key";
        Assert.Empty((await Samples.ReadAsync(values)).Errors);

        values[P + "Clusters:draw:SessionAffinity:Enabled"] = "true";
        ConfigurationResult result = await Samples.ReadAsync(values);

        Assert.Equal(P + "Clusters:draw:SessionAffinity:Enabled", Assert.Single(result.Errors).Path);
    }

    [Fact]
    [Rule(22)]
    public async Task Read_SameHostAndPathAndOrder_IsAmbiguous()
    {
        Dictionary<string, string?> values = Samples.Good();
        values[S + "Services:draw:Hosts:0"] = "translate.example.org";
        values[P + "Routes:translate:Order"] = "5";

        ConfigurationResult result = await Samples.ReadAsync(values);

        Assert.Equal(P + "Routes:translate:Match", Assert.Single(result.Errors).Path);
    }

    /// <summary>
    /// Two free routes, each with what the text says of it; routing would end every call that two routes take alike with an error.
    /// </summary>
    [Theory]
    [InlineData("Match:Path=/{**method}", "Match:Path=/{**x}", true)]
    [InlineData("Match:Path=/a.B/{x}", "Match:Path=a.b/{y?}/", true)]
    [InlineData("Match:Path=/a.B/{x}", "Match:Path=/a.B/{y}/{z}", false)]
    [InlineData("Match:Path=/a.B/{x}", "Match:Path=/a.B/{**x}", false)]
    [InlineData("Match:Path=/a.B/{x}", "Match:Path=/a.B/{x:int}", false)]
    [InlineData("Match:Path=/a.B/{x}", "Match:Path=/{x}/a.B", false)]
    [InlineData("Match:Path=/a.B/{x};Order=0", "Match:Path=/a.B/{x}", true)]
    [InlineData("Match:Path=/a.B/{x};Order=1", "Match:Path=/a.B/{x}", false)]
    [InlineData("Match:Hosts:0=a.org", "Match:Hosts:0=b.org;Match:Hosts:1=A.org;Match:Path=/{**x}", true)]
    [InlineData("Match:Hosts:0=a.org", "Match:Hosts:0=b.org", false)]
    [InlineData("Match:Path=/a;Match:Methods:0=GET;Match:Methods:1=POST", "Match:Path=/a;Match:Methods:0=post", true)]
    [InlineData(
        "Match:Path=/a;Match:Headers:0:Name=x;Match:Headers:0:Values:0=1",
        "Match:Path=/a;Match:Headers:0:Name=X;Match:Headers:0:Values:0=1", true)]
    [InlineData(
        "Match:Path=/a;Match:Headers:0:Name=x;Match:Headers:0:Values:0=1",
        "Match:Path=/a;Match:Headers:0:Name=x;Match:Headers:0:Values:0=2", false)]
    [InlineData(
        "Match:Path=/a;Match:Headers:0:Name=x;Match:Headers:0:Mode=Exists",
        "Match:Path=/a;Match:QueryParameters:0:Name=x;Match:QueryParameters:0:Mode=Exists", false)]
    [InlineData(
        "Match:Path=/a;Match:QueryParameters:0:Name=x;Match:QueryParameters:0:Values:0=1;Match:QueryParameters:0:Values:1=b;"
        + "Match:Headers:0:Name=y;Match:Headers:0:Mode=Exists",
        "Match:Path=/a;Match:QueryParameters:0:Name=x;Match:QueryParameters:0:Values:0=B;Match:QueryParameters:0:Values:1=1;"
        + "Match:Headers:0:Name=y;Match:Headers:0:Mode=exists",
        true)]
    [InlineData(
        "Match:Path=/a;Match:Headers:0:Name=x;Match:Headers:0:Values:0=b;Match:Headers:0:Values:1=B;Match:Headers:0:IsCaseSensitive=true",
        "Match:Path=/a;Match:Headers:0:Name=x;Match:Headers:0:Values:0=B;Match:Headers:0:Values:1=b;Match:Headers:0:IsCaseSensitive=true",
        true)]
    public async Task Read_TwoRoutes_AreAMistakeWhereRoutingCouldNotChoose(string one, string other, bool isAmbiguous)
    {
        Dictionary<string, string?> values = Samples.Good();
        foreach ((string id, string route) in new[] { ("one", one), ("two", other) })
        {
            values[P + $"Routes:{id}:ClusterId"] = "draw";
            values[P + $"Routes:{id}:Metadata:Payment"] = "none";
            foreach (string[] pair in route.Split(';').Select(pair => pair.Split('=')))
            {
                values[P + $"Routes:{id}:{pair[0]}"] = pair[1];
            }
        }

        ConfigurationResult result = await Samples.ReadAsync(values);

        Assert.Equal(isAmbiguous ? [P + "Routes:two:Match"] : [], result.Errors.Select(m => m.Path));
    }

    [Fact]
    public async Task Read_ManyMistakes_AllAtOnce()
    {
        Dictionary<string, string?> values = Samples.Good();
        values[S + "Limits:MaxMetadataBytes"] = "many";
        values[S + "Services:translate:Price:Cogs"] = "-1";
        values[S + "Services:draw:Group"] = "other";
        values[S + "Unknown"] = "1";
        values[P + "Routes:draw:ClusterId"] = "nowhere";
        values[P + "Routes:draw:Match:Path"] = "/{**";
        values[P + "Routes:draw:Transforms:0:Nonsense"] = "1";
        values[P + "Clusters:draw:LoadBalancingPolicy"] = "Fastest";
        values[P + "Clusters:draw:Destinations:one:Address"] = "zz";
        values[P + "Clusters:translate:HttpRequest:Version"] = "two";

        ConfigurationResult result = await Samples.ReadAsync(values);

        Assert.Equal(
            [
                P + "Clusters:draw:Destinations:one:Address",
                P + "Clusters:draw:LoadBalancingPolicy",
                P + "Clusters:translate:HttpRequest:Version",
                P + "Routes:draw:ClusterId",
                P + "Routes:draw:Match:Path",
                P + "Routes:draw:Transforms:0",
                S + "Limits:MaxMetadataBytes",
                S + "Services:draw:Group",
                S + "Services:translate:Price:Cogs",
                S + "Unknown",
            ],
            result.Errors.Select(m => m.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Read_Nothing_AsksForRoutes()
    {
        ConfigurationResult result = await Samples.ReadAsync([]);

        Assert.Contains(result.Errors, m => m.Path == P + "Routes");
    }

    [Fact]
    public async Task Read_UrlWithPassword_IsNotRepeated()
    {
        Dictionary<string, string?> values = Samples.Good();
        values[P + "Clusters:draw:Destinations:one:Address"] = "http://user:hunter2@draw.internal";
        values[S + "Chain:Endpoints:0"] = "https//mainnet.example.org/hunter2";
        values[P + "Clusters:draw:HttpClient:WebProxy:Address"] = "not a url hunter2";

        ConfigurationResult result = await Samples.ReadAsync(values);

        Assert.Equal(3, result.Errors.Count);
        Assert.DoesNotContain(result.Errors, m => m.ToString().Contains("hunter2", StringComparison.Ordinal));
    }
}
