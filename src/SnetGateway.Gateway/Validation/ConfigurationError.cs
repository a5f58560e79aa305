namespace SnetGateway.Gateway.Validation;

/// <summary>One error in the configuration.</summary>
/// <param name="Path">The key, such as `SnetGateway:Services:translate:Price:Cogs`; the file where no key can be named.</param>
/// <param name="Problem">What is wrong, without a full stop. Never repeats a value that may be a secret.</param>
/// <param name="Remedy">How to fix it: a sentence without its full stop.</param>
internal sealed record ConfigurationError(string Path, string Problem, string Remedy)
{
    public override string ToString() => $"{ErrorList.Clean(Path)}: {Problem}. {Remedy}.";
}
