namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>How one value is read.</summary>
/// <param name="Description">What a right value is, with its range.</param>
/// <param name="Accepts">Whether a text is one. What it accepts, the binder (or YARP's reader) can read.</param>
internal sealed record ScalarForm(string Description, Func<string, bool> Accepts)
{
    /// <summary>Whether a wrong value may carry a secret, so that no message repeats it.</summary>
    public bool MayHoldSecret { get; init; }

    /// <summary>A remedy for this very value, where one can be guessed.</summary>
    public Func<string, string?> Advice { get; init; } = static _ => null;

    public static ScalarForm Text { get; } = new("a text", static _ => true);

    /// <summary>This form, narrowed by a further condition.</summary>
    public ScalarForm And(string description, Func<string, bool> accepts)
    {
        Func<string, bool> before = Accepts;
        return this with { Description = description, Accepts = value => before(value) && accepts(value) };
    }
}
