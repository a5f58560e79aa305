using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Limits;

/// <summary>A limit on calls: how many in a period, and how many at the same time.</summary>
public sealed record RateOptions
{
    internal const string All = "all", Payer = "payer", Address = "address";

    /// <summary>
    /// What is counted together: `all` calls, the calls of each `payer`, or the calls from each client `address` (of IPv6 its first 64
    /// bits). Default all.
    /// </summary>
    [AllowedValues(All, Payer, Address)]
    public string Per { get; set; } = All;

    /// <summary>Name of the service in `SnetGateway:Services` whose calls count. Unset: those of all services.</summary>
    public string? Service { get; set; }

    /// <summary>Path of the method whose calls count, as /package.Service/Method. Unset: all methods.</summary>
    [DataType("method")]
    public string? Method { get; set; }

    /// <summary>Calls in a period, 0 to 1,000,000,000. 0: unlimited. Default 0.</summary>
    [Range(0, 1_000_000_000)]
    public int Calls { get; set; }

    /// <summary>The period of Calls, 1 s to 1 day. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Period { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Calls that may come immediately after a pause, 0 to 1,000,000,000. 0: as many as Calls. Default 0.</summary>
    [Range(0, 1_000_000_000)]
    public int Burst { get; set; }

    /// <summary>Calls that may run at the same time, 0 to 1,000,000. 0: unlimited. Default 0.</summary>
    [Range(0, 1_000_000)]
    public int Running { get; set; }

    /// <summary>
    /// If true, all replicas together accept Calls in each Period, by the store of the ledger. If false, each replica by itself, which
    /// costs nothing. Running counts in each replica by itself.
    /// </summary>
    public bool Shared { get; set; }
}
