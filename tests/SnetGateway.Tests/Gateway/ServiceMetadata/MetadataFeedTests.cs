using System.Text;
using System.Text.Json.Nodes;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Pricing;
using SnetGateway.TestKit.Market;
using SnetGateway.Tests.Gateway.Configuration;
using Xunit;

namespace SnetGateway.Tests.Gateway.ServiceMetadata;

/// <summary>Metadata in local files becomes the configuration of the services that name their organisation.</summary>
public sealed class MetadataFeedTests : IDisposable
{
    private const string Escrow = "0x5e592F9b1d303183d963635f895f0f0C48284f4e", Payee = "0x3333333333333333333333333333333333333333";
    private const string Echo = "SnetGateway:Services:echo";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-metadata-");
    private readonly JsonObject _organization = MetadataSamples.Organization("my-org", Samples.GroupId, Payee);
    private readonly JsonObject _service = MetadataSamples.Service(Escrow, Samples.GroupId, 7);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Service_ByItsIdsAlone_HasGroupAndPriceOfTheMetadata()
    {
        ConfigurationResult result = await LoadAsync();

        Assert.Empty(result.Errors);
        PaidService service = result.Snapshot!.Catalog.Find("echo")!;
        Assert.Equal("7", (await service.Prices.PriceOfAsync("/any.Any/Any", default, default)).Cogs.ToString());
        Assert.Equal(("my-org", "default_group"), (service.Group.OrganizationId, service.Group.Name));
        Assert.Equal(100ul, service.Group.ExpirationThreshold);
        Assert.Equal(Payee, service.Group.Recipient.ToString());
        Assert.Equal(Samples.GroupId, Convert.ToBase64String(service.Group.Id.ToBytes()));
    }

    [Fact]
    public async Task Service_WithPricesOfMethodsAndEndpoints_HasThemAndTheirHosts()
    {
        Group["endpoints"] = new JsonArray("https://api.example.org", "https://api.example.org:7000");
        Pricing["price_model"] = "fixed_price_per_method";
        Pricing["package_name"] = "art";
        Pricing["details"] = JsonNode.Parse(
            """
            [{"service_name":"Draw","method_pricing":[
              {"method_name":"Line","price_in_cogs":20},{"method_name":"Dot","price_in_cogs":0}]}]
            """);

        ConfigurationResult result = await LoadAsync();

        Assert.Empty(result.Errors);
        PaidService service = result.Snapshot!.Catalog.Find("echo")!;
        Assert.Equal("20", (await service.Prices.PriceOfAsync("/art.Draw/Line", default, default)).Cogs.ToString());
        Assert.NotNull((await service.Prices.PriceOfAsync("/art.Draw/Circle", default, default)).Refusal);
        Assert.Equal(["api.example.org", "api.example.org:7000"], result.Snapshot.Routes.Single().Match.Hosts!);
    }

    [Fact]
    public async Task OperatorsKeys_ComeBeforeTheMetadata()
    {
        ConfigurationResult result = await LoadAsync(
            ("SnetGateway:Services:echo:Price:Cogs", "9"),
            ("SnetGateway:Groups:echo:PaymentAddress", "0x4444444444444444444444444444444444444444"),
            ("SnetGateway:Groups:echo:PaymentExpirationThreshold", "5000"));

        Assert.Empty(result.Errors);
        PaidService service = result.Snapshot!.Catalog.Find("echo")!;
        Assert.Equal("9", (await service.Prices.PriceOfAsync("/any.Any/Any", default, default)).Cogs.ToString());
        Assert.Equal("0x4444444444444444444444444444444444444444", service.Group.Recipient.ToString());
        Assert.Equal(5000ul, service.Group.ExpirationThreshold);
        Assert.Contains("the metadata says 0x3333", Assert.Single(result.Metadata.Warnings).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Group_NamedByTheService_IsThatOfTheMetadata()
    {
        Group["group_name"] = "other_group";
        Group["group_id"] = Convert.ToBase64String([5, .. new byte[31]]);

        ConfigurationResult result = await LoadAsync(($"{Echo}:Group", "other_group"));

        Assert.Empty(result.Errors);
        Assert.Equal("0x2222222222222222222222222222222222222222", result.Options.Groups["other_group"].PaymentAddress);
    }

    [Theory]
    [InlineData("groups[0].pricing[0].price_in_cogs", "missing", null)]
    [InlineData("groups[0].pricing[0].price_in_cogs", "not an amount in cogs", "\"7\"")]
    [InlineData("groups[0].pricing[0].price_in_cogs", "not an amount in cogs", "7.5")]
    [InlineData("groups[0].pricing[0].price_in_cogs", "not an amount in cogs", "-1")]
    [InlineData("groups[0].pricing[0].price_in_cogs", "not an amount in cogs", "1e3")]
    [InlineData("groups[0].pricing[0].price_model", "not one of: fixed_price", "\"auction\"")]
    [InlineData("groups[0].pricing[0].price_model", "missing", null)]
    [InlineData("groups[0].pricing", "no entry is the default", "[]")]
    [InlineData("groups[0].pricing", "not a list", "{}")]
    [InlineData("groups[0].pricing[0]", "not an object", "7")]
    [InlineData("groups", "there is no group 'default_group'", "[]")]
    [InlineData("groups", "not a list", "7")]
    [InlineData("groups[0].free_calls", "not a whole number", "-1")]
    [InlineData("groups[0].free_call_signer_address", "not an address", "\"0x12\"")]
    [InlineData("groups[0].endpoints", "not a list", "\"https://api.example.org\"")]
    [InlineData("groups[0].endpoints", "not an http or https URL", "[\"ftp://api.example.org\"]")]
    [InlineData("mpe_address", "consumers of the service pay at the contract 0x2222", "\"0x2222222222222222222222222222222222222222\"")]
    [InlineData("mpe_address", "missing", null)]
    [InlineData("encoding", "not one of: proto, json", "\"xml\"")]
    [InlineData("groups[0].group_id", "another id than in the organisation", "\"b3RoZXI=\"")]
    public async Task BadServiceDocument_IsRefusedWithThePathOfTheField(string path, string words, string? value)
    {
        Set(_service, path, value);

        ConfigurationResult result = await LoadAsync();

        Assert.False(result.IsValid);
        string error = Assert.Single(result.Errors).ToString();
        Assert.StartsWith("metadata of the service my-org/echo (", error, StringComparison.Ordinal);
        Assert.Contains(path == "groups[0].group_id" ? "groups" : path, error, StringComparison.Ordinal);
        Assert.Contains(words, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("groups[1].group_id", "not a group id", "\"AAAA\"")]
    [InlineData("groups[1].payment", "missing", null)]
    [InlineData("groups[1].payment", "not an object", "[]")]
    [InlineData("groups[1].payment.payment_address", "not an address", "\"0x0000000000000000000000000000000000000000\"")]
    [InlineData("groups[1].payment.payment_address", "not a text", "12")]
    [InlineData("groups[1].payment.payment_expiration_threshold", "missing", null)]
    [InlineData("groups[1].payment.payment_expiration_threshold", "not a whole number", "0")]
    [InlineData(
        "groups", "there are several groups 'default_group'", """[{"group_name":"default_group"},{"group_name":"default_group"}]""")]
    [InlineData("org_id", "is of the organisation 'other'", "\"other\"")]
    public async Task BadOrganizationDocument_IsRefusedWithThePathOfTheField(string path, string words, string? value)
    {
        Set(_organization, path, value);

        ConfigurationResult result = await LoadAsync();

        Assert.False(result.IsValid);
        string error = Assert.Single(result.Errors).ToString();
        Assert.StartsWith("metadata of the organisation my-org (", error, StringComparison.Ordinal);
        Assert.Contains(path, error, StringComparison.Ordinal);
        Assert.Contains(words, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "not an object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("""{"groups":[],"groups":[]}""", "not valid JSON, or with a key twice")]
    [InlineData("""{"mpe_address":"\ud800","groups":[]}""", "not a text")]
    public async Task DocumentThatIsNone_IsRefused(string content, string words)
    {
        ConfigurationResult result = await LoadAsync(content);

        Assert.False(result.IsValid);
        Assert.Contains(result.Errors, error => error.ToString().Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task DocumentTooLarge_IsRefused()
    {
        ConfigurationResult result = await LoadAsync(new string(' ', 1024 * 1024) + "{}");

        Assert.Contains("larger than 1048576 bytes", Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FreeCalls_WithoutTheOperatorsKey_AreNone()
    {
        Group["free_calls"] = 5;

        ConfigurationResult result = await LoadAsync();

        Assert.Empty(result.Errors);
        Assert.Equal(0, result.Options.Groups["echo"].FreeCalls.Calls);
        Assert.Contains("offers 5 free calls", Assert.Single(result.Metadata.Warnings).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, false)]
    [InlineData("http://127.0.0.1:7003", null, true)]
    [InlineData("http://127.0.0.1:7003", "http://127.0.0.1:7002", false)]
    public async Task ArchiveOfAGrpcService_IsNeededForTrainingAlone_AndNotBesideTheOperatorsDescriptors(
        string? training, string? reflection, bool isNeeded)
    {
        _service["service_api_source"] = "ipfs://QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o";

        ConfigurationResult result = await LoadAsync(
            ("SnetGateway:Registry:Ipfs:Apis:0", "http://127.0.0.1:9"),
            ("SnetGateway:Registry:Ipfs:Gateways:0", "http://127.0.0.1:9"),
            ($"{Echo}:Training:Address", training),
            ("SnetGateway:Backends:Clusters:echo:Descriptors:ReflectionAddress", reflection));

        Assert.Equal(isNeeded, !result.IsValid);
        Assert.All(
            result.Errors, error => Assert.Contains("service_api_source: no source gave", error.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task OrganizationId_WithoutAPublishedRegistry_AsksForItsAddress()
    {
        ConfigurationResult result = await LoadAsync(($"{Echo}:ServiceFile", null));

        Assert.Equal("SnetGateway:Registry:Address", Assert.Single(result.Errors).Path);
    }

    private JsonNode Group => _service["groups"]![0]!;

    private JsonNode Pricing => Group["pricing"]![0]!;

    /// <summary>Sets the value at a path, or removes it.</summary>
    private static void Set(JsonObject document, string path, string? value)
    {
        string[] parts = path.Replace("]", "", StringComparison.Ordinal).Split('.', '[');
        JsonNode node = document;
        foreach (string part in parts[..^1])
        {
            node = (node is JsonArray list ? list[int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)] : node[part])!;
        }

        JsonNode? next = value is null ? null : JsonNode.Parse(value);
        if (node is JsonArray elements)
        {
            elements[int.Parse(parts[^1], System.Globalization.CultureInfo.InvariantCulture)] = next;
        }
        else if (next is null)
        {
            ((JsonObject)node).Remove(parts[^1]);
        }
        else
        {
            node[parts[^1]] = next;
        }
    }

    private ValueTask<ConfigurationResult> LoadAsync(params (string Key, string? Value)[] more) =>
        LoadAsync(_service.ToJsonString(), more);

    private async ValueTask<ConfigurationResult> LoadAsync(string service, params (string Key, string? Value)[] more)
    {
        string organizationFile = Path.Combine(_folder.FullName, "org.json"), serviceFile = Path.Combine(_folder.FullName, "service.json");
        await File.WriteAllTextAsync(organizationFile, _organization.ToJsonString());
        await File.WriteAllTextAsync(serviceFile, service);
        var values = new Dictionary<string, string?>
        {
            ["SnetGateway:Chain:Endpoints:0"] = "http://127.0.0.1:9",
            ["SnetGateway:Chain:ChainId"] = "31337",
            ["SnetGateway:Chain:EscrowAddress"] = Escrow,
            ["SnetGateway:Registry:Folder"] = _folder.FullName,
            [$"{Echo}:OrganizationId"] = "my-org",
            [$"{Echo}:ServiceId"] = "echo",
            [$"{Echo}:OrganizationFile"] = organizationFile,
            [$"{Echo}:ServiceFile"] = serviceFile,
            ["ReverseProxy:Routes:echo:ClusterId"] = "echo",
            ["ReverseProxy:Routes:echo:Match:Path"] = "/{**method}",
            ["ReverseProxy:Routes:echo:Metadata:Service"] = "echo",
            ["ReverseProxy:Clusters:echo:Destinations:one:Address"] = "http://127.0.0.1:7002",
        };
        foreach ((string key, string? value) in more)
        {
            values[key] = value;
        }

        var file = new JsonObject();
        foreach ((string key, string? value) in values.Where(pair => pair.Value is not null))
        {
            file[key] = value;
        }

        return await new ConfigurationLoader(new ConfigurationSources(null, []))
            .LoadAsync(Encoding.UTF8.GetBytes(file.ToJsonString()), new ErrorList());
    }
}
