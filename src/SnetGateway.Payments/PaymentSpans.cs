using System.Diagnostics;

namespace SnetGateway.Payments;

/// <summary>
/// The parts of a paid call in a trace: `admission`, with `queue` in it, and `settle`. While no listener wants them nothing is allocated.
/// </summary>
public static class PaymentSpans
{
    /// <summary>The name of the activity source.</summary>
    public const string SourceName = "SnetGateway";

    private static readonly ActivitySource s_source = new(SourceName);

    /// <summary>Whether traces are made at all.</summary>
    public static bool AreOn => s_source.HasListeners();

    /// <summary>Begins a part, which ends when it is disposed. Null where this call is not traced.</summary>
    /// <param name="name">Its name.</param>
    public static Activity? Start(string name) => s_source.StartActivity(name);
}
