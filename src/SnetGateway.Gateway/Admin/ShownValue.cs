namespace SnetGateway.Gateway.Admin;

/// <summary>Values of the configuration without their secrets.</summary>
internal static class ShownValue
{
    /// <summary>In place of a secret.</summary>
    public const string Hidden = "***";

    /// <summary>A value that is not a secret: of a URL without user name, password and query.</summary>
    public static string Of(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out Uri? url) && (url.UserInfo.Length > 0 || url.Query.Length > 0)
            ? $"{url.Scheme}://{(url.UserInfo.Length > 0 ? $"{Hidden}@" : "")}{url.Authority}{url.AbsolutePath}"
                + (url.Query.Length > 0 ? $"?{Hidden}" : "")
            : value;

    /// <summary>A URL into which providers put keys: only its scheme and its host.</summary>
    public static string OfUrl(string value) =>
        !Uri.TryCreate(value, UriKind.Absolute, out Uri? url) ? Hidden
        : url is { UserInfo: "", Query: "", Fragment: "", AbsolutePath: "/" } ? value
        : $"{url.Scheme}://{url.Authority}/{Hidden}";
}
