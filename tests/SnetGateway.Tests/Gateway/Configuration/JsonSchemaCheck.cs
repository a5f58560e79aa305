using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>
/// Checks a document by the keywords of JSON Schema that <see cref="OptionFiles.JsonSchema"/> uses; any other keyword is an error.
/// </summary>
internal static class JsonSchemaCheck
{
    public static void Check(JsonNode? value, JsonNode schema, List<string> errors, string path = "")
    {
        foreach ((string keyword, JsonNode? rule) in schema.AsObject())
        {
            bool isValid = keyword switch
            {
                "type" => (rule is JsonArray types ? types.Select(type => type!.GetValue<string>()) : [rule!.GetValue<string>()])
                    .Any(type => type == TypeOf(value) || (type == "number" && TypeOf(value) == "integer")),
                "enum" => rule!.AsArray().Any(word => JsonNode.DeepEquals(word, value)),
                "minimum" => TypeOf(value) is not ("integer" or "number") || value!.GetValue<decimal>() >= rule!.GetValue<decimal>(),
                "maximum" => TypeOf(value) is not ("integer" or "number") || value!.GetValue<decimal>() <= rule!.GetValue<decimal>(),
                "pattern" => TypeOf(value) != "string" || Regex.IsMatch(value!.GetValue<string>(), rule!.GetValue<string>()),
                "properties" or "items" or "additionalProperties" or "default" or "description" or "title" or "$schema" => true,
                _ => throw new NotSupportedException($"The keyword {keyword} is not checked."),
            };
            if (!isValid)
            {
                errors.Add($"{path}: {keyword}");
            }
        }

        if (value is JsonArray elements && schema["items"] is { } item)
        {
            foreach (JsonNode? element in elements)
            {
                Check(element, item, errors, path);
            }
        }
        else if (value is JsonObject members)
        {
            foreach ((string name, JsonNode? member) in members)
            {
                string below = path.Length == 0 ? name : $"{path}.{name}";
                JsonNode? rule = schema["properties"]?[name] ?? schema["additionalProperties"];
                if (rule is JsonObject)
                {
                    Check(member, rule, errors, below);
                }
                else if (rule is not null)
                {
                    errors.Add($"{below}: unknown key");
                }
            }
        }
    }

    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.ToJsonString().Contains('.', StringComparison.Ordinal) ? "number" : "integer",
        _ => "boolean",
    };
}
