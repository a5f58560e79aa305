using Grpc.Core;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Backends.Http;

/// <summary>Credentials can be sent, and paths are paths. No message repeats a credential's value.</summary>
internal static class HttpServiceRules
{
    private const string TokenMarks = "!#$%&'*+-.^_`|~";

    /// <summary>Headers that carry the request itself.</summary>
    private static readonly string[] s_ownHeaders =
        ["accept", "connection", "content-length", "content-type", "expect", "grpc-timeout", "host", "snet-user-address", "te", "trailer", "transfer-encoding", "upgrade"];

    public static void Check(string path, HttpServiceOptions options, ErrorList errors)
    {
        foreach ((string name, CredentialOptions credential) in options.Credentials)
        {
            CheckCredential(errors, $"{path}:{nameof(options.Credentials)}:{name}", credential, options);
        }

        CheckStatuses($"{path}:{nameof(options.Statuses)}", options.Statuses, errors);
        foreach ((string method, HttpMethodOptions how) in options.Methods)
        {
            string place = $"{path}:{nameof(options.Methods)}:{method}";
            MethodPath.Check(place, method, errors);
            CheckStatuses($"{place}:{nameof(how.Statuses)}", how.Statuses, errors);
            if (how.Path is { Length: > 0 } template && PathTemplate.FindFault(template) is { } fault)
            {
                errors.Add($"{place}:{nameof(how.Path)}", fault, "Write it as /users/{user_id}");
            }
        }
    }

    private static void CheckStatuses(string path, Dictionary<string, StatusCode> statuses, ErrorList errors)
    {
        foreach ((string http, StatusCode code) in statuses)
        {
            if (!(http.Length == 3 && http[0] is ('3' or '4' or '5') && http.All(char.IsAsciiDigit)))
            {
                errors.Add($"{path}:{http}", "the key is not an HTTP status of a failure", "Write a number from 300 to 599");
            }
            else if (code == StatusCode.OK)
            {
                errors.Add($"{path}:{http}", "a failed call cannot end with OK", "Write another status code, such as NotFound");
            }
        }
    }

    private static void CheckCredential(ErrorList errors, string path, CredentialOptions credential, HttpServiceOptions options)
    {
        string key = $"{path}:{nameof(credential.Key)}";
        bool isHeader = credential.Location == CredentialOptions.Header;
        errors.AddIf(
            isHeader && !credential.Key.All(c => char.IsAsciiLetterOrDigit(c) || TokenMarks.Contains(c)),
            key,
            "this is not a valid name of a header",
            "Write letters, digits and '-'");
        errors.AddIf(
            isHeader && s_ownHeaders.Contains(credential.Key, StringComparer.OrdinalIgnoreCase),
            key,
            "this header carries the request itself",
            "Name another one");
        errors.AddIf(
            isHeader && credential.Value.Any(c => c is < ' ' or > '~'),
            $"{path}:{nameof(credential.Value)}",
            "the value holds a character that a header cannot carry",
            "Write printable ASCII");
        errors.AddIf(
            credential.Location == CredentialOptions.Body && options.Methods.Values.Any(how => !how.HasBody),
            $"{path}:{nameof(credential.Location)}",
            "a method of this cluster sends no body",
            $"Write {CredentialOptions.Header} or {CredentialOptions.Query}");
    }
}
