using SnetGateway.Gateway.Backends.Http;

namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>Credentials can be sent, and paths are paths. No message repeats a credential's value.</summary>
internal static class HttpServiceRules
{
    private const string TokenMarks = "!#$%&'*+-.^_`|~";

    /// <summary>Headers that carry the request itself.</summary>
    private static readonly string[] s_ownHeaders =
        ["accept", "connection", "content-length", "content-type", "expect", "grpc-timeout", "host", "snet-user-address", "te", "trailer", "transfer-encoding", "upgrade"];

    public static void Check(RuleContext context, string clusterId, HttpServiceOptions options)
    {
        string path = $"{RuleContext.BackendPath(clusterId)}:Http";
        foreach ((string name, CredentialOptions credential) in options.Credentials)
        {
            CheckCredential(context, $"{path}:{nameof(options.Credentials)}:{name}", credential, options);
        }

        foreach ((string method, HttpMethodOptions how) in options.Methods)
        {
            string place = $"{path}:{nameof(options.Methods)}:{method}";
            if (!MethodPath.IsOne(method))
            {
                context.AddError(place, "the key is not the path of a gRPC method", "Write it as /package.Service/Method");
            }

            if (how.Path is { Length: > 0 } template && PathTemplate.FindFault(template) is { } fault)
            {
                context.AddError($"{place}:{nameof(how.Path)}", fault, "Write it as /users/{user_id}");
            }
        }
    }

    private static void CheckCredential(RuleContext context, string path, CredentialOptions credential, HttpServiceOptions options)
    {
        if (credential.Location == CredentialOptions.Header)
        {
            if (credential.Key.Length > 0 && !credential.Key.All(c => char.IsAsciiLetterOrDigit(c) || TokenMarks.Contains(c)))
            {
                context.AddError($"{path}:{nameof(credential.Key)}", "this is no name of a header", "Write letters, digits and '-'");
            }
            else if (s_ownHeaders.Contains(credential.Key, StringComparer.OrdinalIgnoreCase))
            {
                context.AddError($"{path}:{nameof(credential.Key)}", "this header carries the request itself", "Name another one");
            }

            if (credential.Value.Any(c => c is < ' ' or > '~'))
            {
                context.AddError($"{path}:{nameof(credential.Value)}", "the value holds a character that a header cannot carry", "Write printable ASCII");
            }
        }
        else if (credential.Location == CredentialOptions.Body && options.Methods.Values.Any(how => !how.HasBody))
        {
            context.AddError(
                $"{path}:{nameof(credential.Location)}", "a method of this cluster sends no body", $"Write {CredentialOptions.Header} or {CredentialOptions.Query}");
        }
    }
}
