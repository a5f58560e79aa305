using SnetGateway.ExecutionMarks;

/// <summary>Called by the runtime before the program's entry point; its name is the runtime's.</summary>
internal static class StartupHook
{
    public static void Initialize() => Marks.Open(Environment.GetEnvironmentVariable(Marks.FileVariable)!);
}
