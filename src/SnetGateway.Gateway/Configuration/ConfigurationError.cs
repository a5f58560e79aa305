namespace SnetGateway.Gateway.Configuration;

/// <summary>One error in the configuration.</summary>
/// <param name="Path">The key, `SnetGateway:Services:translate:Price:Cogs`, or the file where no key can be named.</param>
/// <param name="Problem">What is wrong, without a full stop. Never repeats what may be a secret.</param>
/// <param name="Remedy">What would be right, a full sentence without its full stop.</param>
internal sealed record ConfigurationError(string Path, string Problem, string Remedy)
{
    public override string ToString() => $"{ErrorList.Clean(Path)}: {Problem}. {Remedy}.";
}
