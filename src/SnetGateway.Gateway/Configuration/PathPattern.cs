using Microsoft.AspNetCore.Routing.Patterns;

namespace SnetGateway.Gateway.Configuration;

/// <summary>The path of a route, as routing reads it.</summary>
internal static class PathPattern
{
    /// <summary>What YARP takes for a route that says no path.</summary>
    private const string Any = "/{**all}";

    /// <summary>Few paths have constraints, and a start need not wait for what knows them.</summary>
    private static readonly Lazy<ParameterPolicyFactory> s_constraints = new(
        () => new ServiceCollection().AddLogging().AddRouting().BuildServiceProvider().GetRequiredService<ParameterPolicyFactory>());

    /// <summary>Whether routing can be made of it. A constraint that nobody knows would end every call, of other routes too.</summary>
    public static bool Accepts(string path)
    {
        try
        {
            foreach (RoutePatternParameterPart parameter in RoutePatternFactory.Parse(path).Parameters)
            {
                foreach (RoutePatternParameterPolicyReference constraint in parameter.ParameterPolicies)
                {
                    s_constraints.Value.Create(parameter, constraint);
                }
            }

            return true;
        }
        catch (Exception e) when (e is RoutePatternException or RouteCreationException or InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>
    /// The same text for patterns between which routing could not choose: names of parameters, and whether they may be missing, tell no two apart.
    /// </summary>
    /// <param name="path">A pattern that is right; null or empty for every path.</param>
    public static string ShapeOf(string? path) => string.Join(
        '/', RoutePatternFactory.Parse(string.IsNullOrEmpty(path) ? Any : path).PathSegments.Select(segment => string.Concat(segment.Parts.Select(ShapeOf))));

    /// <summary>A literal holds no question mark, so it never looks like a parameter.</summary>
    private static string ShapeOf(RoutePatternPart part) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content.ToUpperInvariant(),
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart parameter => (parameter.IsCatchAll ? "?*" : "?")
            + string.Concat(parameter.ParameterPolicies.Select(policy => $":{policy.Content}").Order(StringComparer.Ordinal)),
        _ => throw new NotSupportedException($"{part.PartKind} is no part of a path."),
    };
}
