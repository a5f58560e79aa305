using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration;

/// <summary>A list of allowed users names some, and is not for the main network, where a service is everyone's.</summary>
internal static class AllowedUserRules
{
    private const string Key = $"{GatewayOptions.Section}:{nameof(GatewayOptions.AllowedUsers)}";
    private const long MainNetwork = 1;

    /// <param name="options">The options.</param>
    /// <param name="configuration">The same as keys: an empty list is a key without elements, and no list is no key.</param>
    /// <param name="errors">Where errors are added.</param>
    public static void Check(GatewayOptions options, IConfiguration configuration, ErrorList errors)
    {
        bool isThere = options.AllowedUsers is not null || configuration.GetSection(Key).Value is not null;
        errors.Check(
            Key,
            (isThere && options.AllowedUsers is not { Length: > 0 }, "the list is empty, so no user could call",
                "Write the addresses that may, or remove the key to let everyone call"),
            (isThere && options.Chain.ChainId == MainNetwork, "a service on the main network cannot be restricted to certain users",
                "Remove the list, or set SnetGateway:Chain:ChainId to that of a development network"));
    }
}
