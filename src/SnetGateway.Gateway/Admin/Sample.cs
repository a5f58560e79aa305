namespace SnetGateway.Gateway.Admin;

/// <summary>Figures of ten seconds, for charts. Amounts are cogs.</summary>
/// <param name="At">The end of the ten seconds.</param>
/// <param name="Charged">Calls that were charged and have ended in them.</param>
/// <param name="Cogs">What those cost.</param>
/// <param name="Seconds">How long those took together.</param>
/// <param name="Refused">Calls that were refused.</param>
/// <param name="Failed">Calls whose service failed before it was paid.</param>
/// <param name="Disconnected">Calls whose client disconnected before they were paid.</param>
/// <param name="NotRecorded">Calls whose payment could not be written.</param>
/// <param name="Running">Calls that run on services at the end.</param>
/// <param name="Unclaimed">What is signed and not claimed at the end.</param>
/// <param name="AtRisk">What of it may be lost soon.</param>
/// <param name="Head">The newest block at the end.</param>
/// <param name="IsReady">Whether the gateway was ready at the end.</param>
/// <param name="Services">What the services earned that had charged calls, at most 20 of them.</param>
internal sealed record Sample(
    DateTimeOffset At, ulong Charged, string Cogs, double Seconds, long Refused, long Failed, long Disconnected, long NotRecorded,
    long Running, string Unclaimed, string AtRisk, ulong? Head, bool IsReady, IReadOnlyList<ServiceEarnings> Services);
