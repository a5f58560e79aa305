namespace SnetGateway.Benchmarks.Load;

/// <summary>The gateway beside the two others, from the medians of the same run.</summary>
internal sealed record LoadRatios(double CpuToYarp, double CallsToYarp, double CpuToNginx, double CallsToNginx)
{
    public static LoadRatios Of(LoadFigures gateway, LoadFigures yarp, LoadFigures nginx) => new(
        gateway.CpuMicrosecondsPerCall / yarp.CpuMicrosecondsPerCall,
        gateway.CallsPerSecond / yarp.CallsPerSecond,
        gateway.CpuMicrosecondsPerCall / nginx.CpuMicrosecondsPerCall,
        gateway.CallsPerSecond / nginx.CallsPerSecond);
}
