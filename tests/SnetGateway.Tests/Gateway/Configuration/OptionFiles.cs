using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Configuration.Schema;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>Writes `appsettings/full.json` and the table of keys from the option classes: their defaults, their schema, their documentation.</summary>
internal static partial class OptionFiles
{
    /// <summary>Values where a default would say nothing: what an operator must give.</summary>
    private static readonly Dictionary<string, object> s_examples = new()
    {
        ["SnetGateway:Chain:Endpoints"] = new[] { "http://127.0.0.1:8545" },
        ["SnetGateway:Chain:ChainId"] = 1,
        ["SnetGateway:Chain:EscrowAddress"] = "0x5e592F9b1d303183d963635f895f0f0C48284f4e",
        ["SnetGateway:Groups:<group>:OrganizationId"] = "my-org",
        ["SnetGateway:Groups:<group>:GroupId"] = Samples.GroupId,
        ["SnetGateway:Groups:<group>:PaymentAddress"] = "0x1111111111111111111111111111111111111111",
        ["SnetGateway:Services:<service>:Group"] = "default",
        ["SnetGateway:Services:<service>:ServiceId"] = "example-service",
        ["SnetGateway:Services:<service>:Hosts"] = new[] { "example.my-org.net" },
        ["SnetGateway:Services:<service>:Price:Cogs"] = 1000,
        ["SnetGateway:Processes:Programs:<program>:Command"] = "cat",
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
    };

    private const string Proxy = """
          // YARP's own section: which calls go where. Its documentation's keys can be used, but for those that need another middleware (docs/configuration.md).
          "ReverseProxy": {
            "Routes": {
              "example": {
                "ClusterId": "example",
                // Calls by host come from the service's Hosts.
                "Match": { "Path": "/{**method}" },
                // The service that is paid; or "Payment": "none" for a route that is free for everybody.
                "Metadata": { "Service": "example" }
              }
            },
            "Clusters": {
              "example": {
                "LoadBalancingPolicy": "PowerOfTwoChoices",
                // Instances are asked by grpc.health.v1; those that do not answer get no calls.
                "HealthCheck": { "Active": { "Enabled": true, "Interval": "00:00:10", "Timeout": "00:00:05" } },
                // What holds without being said: HTTP/2 without negotiation, and no activity timeout.
                "HttpRequest": { "Version": "2", "VersionPolicy": "RequestVersionExact", "ActivityTimeout": "-00:00:00.0010000" },
                "Destinations": {
                  "one": { "Address": "http://127.0.0.1:7002" },
                  "two": { "Address": "http://127.0.0.1:7003" }
                }
              },
              // Services of another kind than grpc: what they need is in SnetGateway:Backends:Clusters (docs/backends.md).
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
        var text = new StringBuilder("// Every key with its default, and one line on what it does. Where a default would say nothing stands an example.\n{\n");
        text.Append("  \"SnetGateway\": {\n");
        WriteObject(text, new GatewayOptions(), GatewayOptions.Section, "    ");
        return text.Append("  },\n\n").Append(Proxy).ToString();
    }

    public static string Table()
    {
        var text = new StringBuilder("| key | default | what it is |\n| --- | --- | --- |\n");
        WriteRows(text, new GatewayOptions(), GatewaySchema.Gateway, GatewayOptions.Section);
        return text.ToString();
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

    private static void WriteRows(StringBuilder text, object options, SchemaNode schema, string path)
    {
        foreach (PropertyInfo property in Properties(options.GetType()))
        {
            SchemaProperty known = ((ObjectNode)schema).Properties.Single(p => p.Name == property.Name);
            string key = $"{path}:{property.Name}";
            if (s_names.TryGetValue(key, out (string Placeholder, string Example) name))
            {
                WriteRows(text, Element(property), ((CollectionNode)known.Node).Element, $"{key}:{name.Placeholder}");
            }
            else if (IsNested(property.PropertyType))
            {
                WriteRows(text, property.GetValue(options)!, known.Node, key);
            }
            else
            {
                string json = Json(property.GetValue(options));
                bool isGiven = known.IsRequired || (json == "0" && s_examples.ContainsKey(key));
                string value = isGiven && json is "0" or "\"\"" or "[]" ? "required" : json is "null" or "[]" or "{}" ? "unset" : $"`{json}`";
                text.Append(CultureInfo.InvariantCulture, $"| `{key.Replace('<', '{').Replace('>', '}')}` | {value} | {Summary(property).Replace("|", "\\|", StringComparison.Ordinal)} |\n");
            }
        }
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
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.xml").Where(f => Path.GetFileName(f).StartsWith("snet", StringComparison.OrdinalIgnoreCase)))
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
