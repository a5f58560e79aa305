using System.Diagnostics;

namespace SnetGateway.Payments;

/// <summary>
/// The parts of a call in a trace: `admission`, with `queue` in it, `backend` and `settle`. For a call that is not traced nothing is
/// allocated.
/// </summary>
public static class PaymentSpans
{
    /// <summary>The name of the activity source.</summary>
    public const string SourceName = "SnetGateway";

    private static readonly ActivitySource s_source = new(SourceName);

    /// <summary>Whether traces are made at all.</summary>
    public static bool AreOn => s_source.HasListeners();

    /// <summary>Whether the call that runs here is traced.</summary>
    public static bool HasCall => AreOn && Activity.Current is { IsAllDataRequested: true };

    /// <summary>Begins a part, which ends when it is disposed. Null where this call is not traced.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="kind">Client, where another process does it.</param>
    public static Activity? Start(string name, ActivityKind kind = ActivityKind.Internal) => s_source.StartActivity(name, kind);
}
