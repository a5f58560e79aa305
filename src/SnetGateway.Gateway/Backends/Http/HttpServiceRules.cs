using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Backends.Http;

/// <summary>Credentials can be sent, and paths are paths. No message repeats a credential's value.</summary>
internal static class HttpServiceRules
{
    private const string TokenMarks = "!#$%&'*+-.^_`|~";

    /// <summary>Headers that carry the request itself.</summary>
    private static readonly string[] s_ownHeaders =
    [
        "accept", "connection", "content-length", "content-type", "expect", "grpc-timeout", "host", "snet-user-address", "te", "trailer",
        "transfer-encoding", "upgrade",
    ];

    public static void Check(string path, HttpServiceOptions options, ErrorList errors)
    {
        foreach ((string name, CredentialOptions credential) in options.Credentials)
        {
            CheckCredential($"{path}:{nameof(options.Credentials)}:{name}", credential, options, errors);
        }

        foreach ((string method, HttpMethodOptions how) in options.Methods)
        {
            string? fault = string.IsNullOrEmpty(how.Path) ? null : PathTemplate.FindFault(how.Path);
            string key = $"{path}:{nameof(options.Methods)}:{method}:{nameof(how.Path)}";
            errors.Check(key, (fault is not null, fault ?? "", "Write it as /users/{user_id}"));
        }
    }

    private static void CheckCredential(string path, CredentialOptions credential, HttpServiceOptions options, ErrorList errors)
    {
        bool isHeader = credential.Location == CredentialOptions.Header, isBody = credential.Location == CredentialOptions.Body;
        bool isToken = credential.Key.All(c => char.IsAsciiLetterOrDigit(c) || TokenMarks.Contains(c));
        bool isOwn = s_ownHeaders.Contains(credential.Key, StringComparer.OrdinalIgnoreCase);
        bool isPrintable = credential.Value.All(c => c is >= ' ' and <= '~');
        errors.Check(
            $"{path}:{nameof(credential.Key)}",
            (isHeader && !isToken, "this is not a valid name of a header", "Write letters, digits and '-'"),
            (isHeader && isOwn, "this header carries the request itself", "Name another one"));
        errors.Check(
            $"{path}:{nameof(credential.Value)}",
            (isHeader && !isPrintable, "the value holds a character that a header cannot carry", "Write printable ASCII"));
        errors.Check($"{path}:{nameof(credential.Location)}", (
            isBody && options.Methods.Values.Any(how => !how.HasBody),
            "a method of this cluster sends no body",
            $"Write {CredentialOptions.Header} or {CredentialOptions.Query}"));
    }
}
