namespace SnetGateway.Gateway.Backends.Http;

/// <summary>A path with fields in braces.</summary>
internal static class PathTemplate
{
    /// <summary>Where the fields stand: their opening and closing braces. The template was found right.</summary>
    public static IEnumerable<(int Start, int End)> Fields(string template)
    {
        for (int start = template.IndexOf('{', StringComparison.Ordinal); start >= 0; start = template.IndexOf('{', start + 1))
        {
            yield return (start, template.IndexOf('}', start));
        }
    }

    /// <summary>What is wrong with a template, or null.</summary>
    public static string? FindFault(string template)
    {
        bool isOpen = false;
        int opened = 0;
        for (int at = 0; at < template.Length; at++)
        {
            switch (template[at])
            {
                case '{' when !isOpen:
                    (isOpen, opened) = (true, at);
                    break;
                case '}' when isOpen && at > opened + 1:
                    isOpen = false;
                    break;
                case '{' or '}':
                    return "its braces do not pair, or hold no field";
                case '?' or '#':
                    return "it holds a query or a fragment";
                case '.' when !isOpen && IsDots(template, at):
                    return "it holds a segment of dots";
                case <= ' ' or > '~' or '\\':
                    return "it holds a character that a path has not";
            }
        }

        return isOpen ? "its braces do not pair, or hold no field" : null;
    }

    private static bool IsDots(string template, int at)
    {
        int start = template.LastIndexOf('/', at) + 1;
        int end = template.IndexOf('/', at);
        return template[start..(end < 0 ? template.Length : end)] is "." or "..";
    }
}
