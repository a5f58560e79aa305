namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>The full path of a gRPC method.</summary>
internal static class MethodPath
{
    public static bool IsOne(string path) =>
        path.Split('/') is ["", { Length: > 0 }, { Length: > 0 }] && !path.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));
}
