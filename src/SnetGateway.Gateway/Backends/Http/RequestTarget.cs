using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpc.Core;

namespace SnetGateway.Gateway.Backends.Http;

/// <summary>The URL of a request, put together from a destination's address, a path with fields, and a query.</summary>
internal sealed class RequestTarget(Uri address)
{
    /// <summary>Longer than what servers take.</summary>
    private const int LongestUrl = 32 * 1024;

    private readonly StringBuilder _url = new(address.GetLeftPart(UriPartial.Path).TrimEnd('/'));
    private bool _hasQuery;

    /// <summary>Adds a path; each field in braces is taken out of the message.</summary>
    /// <exception cref="RpcException">The message lacks a field of the path, or it cannot be part of one.</exception>
    public void AddPath(string template, JsonObject? message)
    {
        if (!template.StartsWith('/'))
        {
            _url.Append('/');
        }

        int at = 0;
        foreach ((int start, int end) in PathTemplate.Fields(template))
        {
            _url.Append(template, at, start - at);
            string field = template[(start + 1)..end];
            _url.Append(Uri.EscapeDataString(Take(message, field)));
            at = end + 1;
        }

        _url.Append(template, at, template.Length - at);
    }

    /// <summary>Adds what is left of a message as parameters: `a=1&amp;b.c=2`, one for each element of a list.</summary>
    /// <exception cref="RpcException">A list holds objects or lists.</exception>
    public void AddFields(JsonObject message, string prefix = "")
    {
        foreach ((string name, JsonNode? value) in message)
        {
            switch (value)
            {
                case null:
                    break;
                case JsonObject inner:
                    AddFields(inner, $"{prefix}{name}.");
                    break;
                case JsonArray list:
                    foreach (JsonNode? element in list)
                    {
                        AddQuery(
                            prefix + name,
                            element is JsonValue plain ? Text(plain) : throw Refused($"{prefix}{name} is too deep for a query"));
                    }

                    break;
                case JsonValue plain:
                    AddQuery(prefix + name, Text(plain));
                    break;
            }
        }
    }

    public void AddQuery(string name, string value)
    {
        _url.Append(_hasQuery ? '&' : '?').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        _hasQuery = true;
    }

    /// <exception cref="RpcException">It is longer than servers take.</exception>
    public Uri ToUri() => _url.Length <= LongestUrl
        ? new Uri(_url.ToString())
        : throw new RpcException(
            new Status(StatusCode.ResourceExhausted, "the request is too long for a URL, which is where this method's fields go"));

    private static string Take(JsonObject? message, string path)
    {
        string[] names = path.Split('.');
        JsonObject? holder = message;
        foreach (string name in names[..^1])
        {
            holder = holder?[name] as JsonObject;
        }

        string text = holder?[names[^1]] is JsonValue value ? Text(value) : string.Empty;

        // Segments of dots would climb to another path of the service.
        if (text is "" or "." or "..")
        {
            throw Refused($"{path} must be set, and to more than dots: it is part of the path");
        }

        holder!.Remove(names[^1]);
        return text;
    }

    private static string Text(JsonValue value) =>
        value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();

    private static RpcException Refused(string text) => new(new Status(StatusCode.InvalidArgument, text));
}
