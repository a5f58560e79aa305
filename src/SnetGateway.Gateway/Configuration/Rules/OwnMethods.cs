using SnetGateway.Gateway.Control;

namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>The methods that the gateway answers itself.</summary>
internal static class OwnMethods
{
    /// <summary>Their paths by <see cref="PathPattern.ShapeOf(string?)"/>.</summary>
    private static readonly Dictionary<string, string> s_paths = OwnServices.Descriptors
        .SelectMany(service => service.Methods, (service, method) => $"/{service.FullName}/{method.Name}")
        .ToDictionary(path => PathPattern.ShapeOf(path));

    /// <summary>The method whose very path a route has; null where there is none.</summary>
    public static string? Find(RouteReach route) => s_paths.GetValueOrDefault(route.Shape);
}
