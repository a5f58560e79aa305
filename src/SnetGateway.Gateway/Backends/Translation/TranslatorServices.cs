using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Limits;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>The dependencies of every translator.</summary>
/// <param name="Clusters">The cluster backends in force.</param>
/// <param name="Limits">The size limits of messages.</param>
/// <param name="Logger">For responses that cannot be used.</param>
internal sealed record TranslatorServices(
    IClusterBackends Clusters, IOptionsMonitor<LimitOptions> Limits, ILogger<TranslatedBackend> Logger);
