namespace SnetGateway.Gateway.Validation;

/// <summary>The full path of a gRPC method, as a key of the configuration.</summary>
internal static class MethodPath
{
    public static void Check(string key, string method, ErrorList errors)
    {
        if (method.Split('/') is not ["", { Length: > 0 }, { Length: > 0 }] || method.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            errors.Add(key, "the key is not the path of a gRPC method", "Write it as /package.Service/Method");
        }
    }
}
