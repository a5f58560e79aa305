using System.Diagnostics;
using OpenTelemetry.Trace;

namespace SnetGateway.Gateway.Telemetry;

/// <summary>
/// Traces begin with calls. A request that the gateway makes by itself, such as one to a node of the chain, begins none; one that is part
/// of a traced call is in its trace.
/// </summary>
/// <param name="ratio">Share of the calls, 0 to 1.</param>
internal sealed class CallSampler(double ratio) : Sampler
{
    private readonly TraceIdRatioBasedSampler _ratio = new(ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters.Kind == ActivityKind.Server
            ? _ratio.ShouldSample(samplingParameters)
            : new SamplingResult(SamplingDecision.Drop);
}
