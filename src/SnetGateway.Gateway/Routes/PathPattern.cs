using Microsoft.AspNetCore.Routing.Patterns;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Routes;

/// <summary>The path of a route, as ASP.NET routing reads it.</summary>
internal static class PathPattern
{
    /// <summary>Built only for paths with constraints, which few have: it would slow every startup down.</summary>
    private static readonly Lazy<ParameterPolicyFactory> s_constraints = new(
        () => new ServiceCollection().AddLogging().AddRouting().BuildServiceProvider().GetRequiredService<ParameterPolicyFactory>());

    /// <summary>Whether routing accepts it. An unknown constraint would fail every call, of other routes too.</summary>
    public static bool Accepts(string path) => Attempt.Succeeds(() => RoutePatternFactory.Parse(path).Parameters
        .SelectMany(parameter => parameter.ParameterPolicies, (parameter, constraint) => s_constraints.Value.Create(parameter, constraint))
        .ToArray());

    /// <summary>
    /// The same text for patterns between which routing cannot choose: they differ only in the names of parameters, or in which are
    /// optional.
    /// </summary>
    /// <param name="path">A valid pattern; null or empty for every path.</param>
    public static string ShapeOf(string? path)
    {
        RoutePattern pattern = RoutePatternFactory.Parse(string.IsNullOrEmpty(path) ? "/{**all}" : path);
        return string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(ShapeOf))));
    }

    /// <summary>A literal holds no question mark, so it never looks like a parameter.</summary>
    private static string ShapeOf(RoutePatternPart part) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content.ToUpperInvariant(),
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart parameter => (parameter.IsCatchAll ? "?*" : "?")
            + string.Concat(parameter.ParameterPolicies.Select(policy => $":{policy.Content}").Order(StringComparer.Ordinal)),
        _ => throw new NotSupportedException($"Unknown part of a path: {part.PartKind}."),
    };
}
