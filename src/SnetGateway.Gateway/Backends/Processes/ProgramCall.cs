namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>One call of a program.</summary>
/// <param name="Name">The program's name in the configuration.</param>
/// <param name="Method">The full path of the method: methods of one name in two services may have different prices.</param>
/// <param name="Program">The program's options at this moment.</param>
internal sealed record ProgramCall(string Name, string Method, ProgramOptions Program)
{
    public ProgramMethodOptions? MethodOptions => Program.Methods.GetValueOrDefault(Method);

    public ProgramOutput Output => MethodOptions?.Output ?? Program.Output;
}
