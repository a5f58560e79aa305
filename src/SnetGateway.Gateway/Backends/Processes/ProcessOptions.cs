namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>Services that are programs: one is started per call.</summary>
public sealed class ProcessOptions
{
    public const string Section = "SnetGateway:Processes";

    /// <summary>
    /// Programs by name (small letters, digits and hyphens). A cluster with the metadata `Backend: process` names them in its destinations, as
    /// `process://NAME`; several are balanced and probed like any instances.
    /// </summary>
    public Dictionary<string, ProgramOptions> Programs { get; set; } = new(StringComparer.OrdinalIgnoreCase);
}
