using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>Services that are programs, started for each call.</summary>
public sealed class ProcessOptions
{
    public const string Section = "SnetGateway:Processes";

    /// <summary>
    /// Programs by name (lower-case letters, digits and hyphens). A cluster with the metadata `Backend: process` names them in its
    /// destinations, as `process://NAME`. Several destinations are load-balanced and probed like any others.
    /// </summary>
    [KeyForm("program name")]
    public Dictionary<string, ProgramOptions> Programs { get; set; } = new(StringComparer.OrdinalIgnoreCase);
}
