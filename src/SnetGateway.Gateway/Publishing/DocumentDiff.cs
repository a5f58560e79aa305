using System.Text.Json.Nodes;

namespace SnetGateway.Gateway.Publishing;

/// <summary>The differences of two documents, as lines: `- path: value` of the first one, `+ path: value` of the second.</summary>
internal static class DocumentDiff
{
    /// <summary>The lines, in the order of the second document; none where both are the same.</summary>
    public static IReadOnlyList<string> Of(JsonNode? before, JsonNode? after)
    {
        List<string> lines = [];
        Compare("", before, after, lines);
        return lines;
    }

    private static void Compare(string path, JsonNode? before, JsonNode? after, List<string> lines)
    {
        switch (before, after)
        {
            case (JsonObject first, JsonObject second):
                foreach (string name in second.Select(pair => pair.Key).Union(first.Select(pair => pair.Key)))
                {
                    Compare(path.Length == 0 ? name : $"{path}.{name}", first[name], second[name], lines);
                }

                break;
            case (JsonArray first, JsonArray second):
                for (int i = 0; i < Math.Max(first.Count, second.Count); i++)
                {
                    Compare($"{path}[{i}]", i < first.Count ? first[i] : null, i < second.Count ? second[i] : null, lines);
                }

                break;
            case var _ when !JsonNode.DeepEquals(before, after):
                AddAll('-', path, before, lines);
                AddAll('+', path, after, lines);
                break;
        }
    }

    /// <summary>Each value of a part that only one document has.</summary>
    private static void AddAll(char sign, string path, JsonNode? node, List<string> lines)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } many:
                foreach ((string name, JsonNode? value) in many)
                {
                    AddAll(sign, path.Length == 0 ? name : $"{path}.{name}", value, lines);
                }

                break;
            case JsonArray { Count: > 0 } list:
                foreach ((int i, JsonNode? value) in list.Index())
                {
                    AddAll(sign, $"{path}[{i}]", value, lines);
                }

                break;
            case not null:
                lines.Add($"{sign} {path}: {DocumentText.Of(node)}");
                break;
        }
    }
}
