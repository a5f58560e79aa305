namespace SnetGateway.Benchmarks.Load;

/// <summary>
/// The gateway beside the two others: medians of the rounds' own ratios, because what else the machine does hits all who take turns in a
/// round alike, and two rounds not.
/// </summary>
internal sealed record LoadRatios(double CpuToYarp, double CallsToYarp, double CpuToNginx, double CallsToNginx)
{
    public static LoadRatios Of(IReadOnlyList<PhaseResult> gateway, IReadOnlyList<PhaseResult> yarp, IReadOnlyList<PhaseResult> nginx) =>
        new(Cpu(gateway, yarp), Calls(gateway, yarp), Cpu(gateway, nginx), Calls(gateway, nginx));

    public static double Cpu(IReadOnlyList<PhaseResult> one, IReadOnlyList<PhaseResult> other) =>
        LoadFigures.Median([.. one.Zip(other)], pair => pair.First.CpuMicrosecondsPerCall / pair.Second.CpuMicrosecondsPerCall);

    public static double Calls(IReadOnlyList<PhaseResult> one, IReadOnlyList<PhaseResult> other) =>
        LoadFigures.Median([.. one.Zip(other)], pair => pair.First.CallsPerSecond / pair.Second.CallsPerSecond);
}
