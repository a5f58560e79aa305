namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>How a program serves one method.</summary>
public sealed class ProgramMethodOptions
{
    /// <summary>What `{method}` in the arguments becomes. Unset: the method's full path.</summary>
    public string? Argument { get; set; }

    /// <summary>The method's own `Output`. Unset: the program's.</summary>
    public ProgramOutput? Output { get; set; }
}
