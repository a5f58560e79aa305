using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Configuration.Schema;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>
/// Writes `appsettings/full.json`, the JSON Schema and the reference of all keys from the option classes: their defaults, their schema,
/// their documentation.
/// </summary>
internal static partial class OptionFiles
{
    /// <summary>Values of keys without a useful default.</summary>
    private static readonly Dictionary<string, object> s_examples = new()
    {
        ["SnetGateway:Chain:Endpoints"] = new[] { "http://127.0.0.1:8545" },
        ["SnetGateway:Chain:ChainId"] = 1,
        ["SnetGateway:Chain:EscrowAddress"] = "0xdF8d4826E016aFA8803d94A716FEB70aD5D2B8Ac",
        ["SnetGateway:Groups:<group>:OrganizationId"] = "my-org",
        ["SnetGateway:Groups:<group>:GroupId"] = Samples.GroupId,
        ["SnetGateway:Groups:<group>:PaymentAddress"] = "0x1111111111111111111111111111111111111111",
        ["SnetGateway:Services:<service>:Group"] = "default",
        ["SnetGateway:Services:<service>:ServiceId"] = "example-service",
        ["SnetGateway:Services:<service>:Hosts"] = new[] { "example.my-org.net" },
        ["SnetGateway:Services:<service>:Price:Cogs"] = 1000,
        ["SnetGateway:Processes:Programs:<program>:Command"] = "cat",
        ["SnetGateway:Limits:Rates:<rate>:Per"] = "payer",
        ["SnetGateway:Limits:Rates:<rate>:Calls"] = 100,
        ["SnetGateway:Limits:Budgets:<budget>:Cogs"] = 100000000,
        ["SnetGateway:Log:Hooks:<hook>:Kind"] = "webhook",
        ["SnetGateway:Log:Hooks:<hook>:Webhook:Url"] = "http://127.0.0.1:9000/events",
        ["SnetGateway:Alerts:Silences:<silence>:Until"] = "2026-12-01T06:00:00Z",
        ["SnetGateway:Backends:Clusters:<cluster>:Descriptors:ReflectionAddress"] = "http://127.0.0.1:7005",
        ["SnetGateway:Backends:Clusters:<cluster>:Http:Credentials:<credential>:Key"] = "x-api-key",
        ["SnetGateway:Backends:Clusters:<cluster>:Http:Credentials:<credential>:Value"] = "from the environment",
        ["SnetGateway:Backends:Clusters:<cluster>:Http:Methods:<method>:Path"] = "/items/{item_id}",
    };

    private static readonly Dictionary<string, (string Placeholder, string Example)> s_names = new()
    {
        ["SnetGateway:Groups"] = ("<group>", "default"),
        ["SnetGateway:Services"] = ("<service>", "example"),
        ["SnetGateway:Backends:Clusters"] = ("<cluster>", "web"),
        ["SnetGateway:Backends:Clusters:<cluster>:Http:Credentials"] = ("<credential>", "key"),
        ["SnetGateway:Backends:Clusters:<cluster>:Http:Methods"] = ("<method>", "/example.Web/Get"),
        ["SnetGateway:Processes:Programs"] = ("<program>", "example"),
        ["SnetGateway:Limits:Rates"] = ("<rate>", "payer"),
        ["SnetGateway:Limits:Budgets"] = ("<budget>", "day"),
        ["SnetGateway:Log:Hooks"] = ("<hook>", "operator"),
        ["SnetGateway:Alerts:Silences"] = ("<silence>", "maintenance"),
    };

    private const string Proxy = """
          // YARP's own section: which calls go where. All keys of YARP's documentation can be used, except those that need another
          // middleware (docs/configuration.md).
          "ReverseProxy": {
            "Routes": {
              "example": {
                "ClusterId": "example",
                // Calls by host come from the service's Hosts.
                "Match": { "Path": "/{**method}" },
                // The service that is paid; or "Payment": "none" for a route that everybody may call without payment.
                "Metadata": { "Service": "example" }
              }
            },
            "Clusters": {
              "example": {
                "LoadBalancingPolicy": "PowerOfTwoChoices",
                // Instances are probed by grpc.health.v1; those that do not respond get no calls.
                "HealthCheck": { "Active": { "Enabled": true, "Interval": "00:00:10", "Timeout": "00:00:05" } },
                // The defaults: HTTP/2 without negotiation, and no activity timeout.
                "HttpRequest": { "Version": "2", "VersionPolicy": "RequestVersionExact", "ActivityTimeout": "-00:00:00.0010000" },
                "Destinations": {
                  "one": { "Address": "http://127.0.0.1:7002" },
                  "two": { "Address": "http://127.0.0.1:7003" }
                }
              },
              // A service of another kind than grpc; see SnetGateway:Backends:Clusters above and docs/backends.md.
              "web": {
                "Metadata": { "Backend": "http" },
                "Destinations": { "one": { "Address": "http://127.0.0.1:7004/api" } }
              }
            }
          }
        }

        """;

    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Lazy<Dictionary<string, string>> s_documentation = new(ReadDocumentation);

    public static string FullFile()
    {
        var text = new StringBuilder("// Every key with its default and its meaning. Keys without a useful default have an example.\n{\n  "
            + "\"$schema\": \"snet-gateway.schema.json\",\n");
        text.Append("  \"SnetGateway\": {\n");
        WriteObject(text, new GatewayOptions(), GatewayOptions.Section, "    ");
        return text.Append("  },\n\n").Append(Proxy).ToString();
    }

    /// <summary>The reference in docs/configuration.md: a chapter for each section, with an example and a table of its keys.</summary>
    public static string Reference()
    {
        var text = new StringBuilder();
        var options = new GatewayOptions();
        foreach (PropertyInfo section in Properties(typeof(GatewayOptions)))
        {
            string path = $"{GatewayOptions.Section}:{section.Name}";
            text.Append(
                CultureInfo.InvariantCulture,
                $"### {path}\n\n{Summary(section)}\n\n```json\n{OptionExamples.BySection[section.Name]}\n```\n\n");
            text.Append("| key | default | change takes effect | meaning |\n| --- | --- | --- | --- |\n");
            WriteRows(
                text, section, section.GetValue(options), GatewaySchema.Gateway.Properties.Single(p => p.Name == section.Name), path,
                IsNested(section.PropertyType) || s_names.ContainsKey(path) ? path.Length + 1 : GatewayOptions.Section.Length + 1);
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The JSON Schema of the configuration file, for editors.</summary>
    public static string JsonSchema()
    {
        var root = (JsonObject)Schema(GatewaySchema.Root);
        root.Remove("additionalProperties"); // ASP.NET's other sections may stand beside ours
        var properties = (JsonObject)root["properties"]!;
        properties.Insert(0, "$schema", new JsonObject { ["type"] = "string" });
        properties[GatewayOptions.Section] = Schema(GatewaySchema.Gateway, typeof(GatewayOptions));
        root.Insert(0, "$schema", "http://json-schema.org/draft-07/schema#");
        root.Insert(1, "title", "Configuration of snet-gateway");
        return root.ToJsonString(new JsonSerializerOptions(s_json) { WriteIndented = true, NewLine = "\n" }) + "\n";
    }

    private static JsonNode Schema(SchemaNode node, Type? type = null) => node switch
    {
        ScalarNode scalar => JsonNode.Parse(scalar.Json)!,
        CollectionNode { IsList: true } list => new JsonObject { ["type"] = "array", ["items"] = Schema(list.Element) },
        CollectionNode { Known.Count: > 0 } map => new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(map.Known.Select(p => KeyValuePair.Create(p.Name, (JsonNode?)Schema(p.Node)))),
            ["additionalProperties"] = Schema(map.Element),
        },
        CollectionNode map =>
            new JsonObject { ["type"] = "object", ["additionalProperties"] = Schema(map.Element, type?.GetGenericArguments()[1]) },
        ObjectNode known => new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(known.Properties.Where(p => p.Node is not RefusedNode)
                .Select(p => KeyValuePair.Create(p.Name, (JsonNode?)Described(p, type)))),
            ["additionalProperties"] = false,
        },
        _ => throw new NotSupportedException(node.GetType().Name),
    };

    private static JsonNode Described(SchemaProperty known, Type? owner)
    {
        PropertyInfo? property = owner?.GetProperty(known.Name);
        var schema = (JsonObject)Schema(known.Node, property?.PropertyType);
        if (property is null)
        {
            return schema;
        }

        object? value = property.GetValue(Activator.CreateInstance(owner!));
        schema.Insert(0, "description", Summary(property) + (known.IsRequired ? " Required." : ""));
        if (value is null && schema["type"] is { } kind)
        {
            schema["type"] = kind is JsonArray several
                ? new JsonArray([.. several.Select(one => one!.DeepClone()), "null"])
                : new JsonArray(kind.DeepClone(), "null");
        }
        else if (known is { Node: ScalarNode, IsRequired: false } && value is not null)
        {
            schema["default"] = JsonNode.Parse(Json(value));
        }

        return schema;
    }

    private static void WriteObject(StringBuilder text, object options, string path, string indent)
    {
        PropertyInfo[] properties = [.. Properties(options.GetType())];
        foreach (PropertyInfo property in properties)
        {
            string key = $"{path}:{property.Name}";
            string comma = property == properties[^1] ? "" : ",";
            text.Append(CultureInfo.InvariantCulture, $"{indent}// {Summary(property)}\n{indent}\"{property.Name}\": ");
            object? value = property.GetValue(options);
            if (s_examples.TryGetValue(key, out object? example))
            {
                text.Append(Json(example));
            }
            else if (s_names.TryGetValue(key, out (string Placeholder, string Example) name))
            {
                text.Append(CultureInfo.InvariantCulture, $"{{\n{indent}  \"{name.Example}\": {{\n");
                WriteObject(text, Element(property), $"{key}:{name.Placeholder}", indent + "    ");
                text.Append(CultureInfo.InvariantCulture, $"{indent}  }}\n{indent}}}");
            }
            else if (IsNested(property.PropertyType))
            {
                text.Append("{\n");
                WriteObject(text, value!, key, indent + "  ");
                text.Append(CultureInfo.InvariantCulture, $"{indent}}}");
            }
            else
            {
                text.Append(Json(value));
            }

            text.Append(comma).Append('\n');
        }
    }

    private static void WriteRows(StringBuilder text, PropertyInfo property, object? value, SchemaProperty known, string key, int cut)
    {
        bool isNamed = s_names.TryGetValue(key, out (string Placeholder, string Example) name);
        if (isNamed || IsNested(property.PropertyType))
        {
            object options = isNamed ? Element(property) : value!;
            var node = (ObjectNode)(known.Node is CollectionNode map ? map.Element : known.Node);
            foreach (PropertyInfo child in Properties(options.GetType()))
            {
                SchemaProperty below = node.Properties.Single(p => p.Name == child.Name);
                WriteRows(text, child, child.GetValue(options), below, $"{key}:{(isNamed ? name.Placeholder + ":" : "")}{child.Name}", cut);
            }

            return;
        }

        string json = Json(value);
        string shown = known.IsRequired ? "required" : json is "null" or "[]" or "{}" or "\"\"" ? "unset" : $"`{json}`";
        text.Append(
            CultureInfo.InvariantCulture,
            $"| `{key[cut..].Replace('<', '{').Replace('>', '}')}` | {shown} | "
            + $"{(GatewaySchema.IsLive(key) ? "immediately" : "after a restart")} | "
                + $"{Summary(property).Replace("|", "\\|", StringComparison.Ordinal)} |\n");
    }

    private static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.SetMethod is { IsPublic: true });

    private static bool IsNested(Type type) =>
        type.IsClass && type != typeof(string) && type != typeof(Uri) && !typeof(IEnumerable).IsAssignableFrom(type);

    private static object Element(PropertyInfo map) => Activator.CreateInstance(map.PropertyType.GetGenericArguments()[1])!;

    private static string Json(object? value) => value switch
    {
        TimeSpan duration => $"\"{duration:c}\"",
        Enum word => JsonSerializer.Serialize(word.ToString()),
        string[] texts => $"[{string.Join(", ", texts.Select(Json))}]",
        _ => JsonSerializer.Serialize(value, s_json),
    };

    private static string Summary(PropertyInfo property)
    {
        string name = $"P:{property.DeclaringType!.FullName}.{property.Name}";
        return s_documentation.Value.TryGetValue(name, out string? text)
            ? text
            : throw new InvalidOperationException($"{name} has no documentation, which is what operators read.");
    }

    private static Dictionary<string, string> ReadDocumentation()
    {
        var texts = new Dictionary<string, string>();
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.xml")
            .Where(f => Path.GetFileName(f).StartsWith("snet", StringComparison.OrdinalIgnoreCase)))
        {
            foreach (XElement member in XDocument.Load(file).Descendants("member").Where(m => m.Element("summary") is not null))
            {
                texts[member.Attribute("name")!.Value] = Space().Replace(member.Element("summary")!.Value, " ").Trim();
            }
        }

        return texts;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
