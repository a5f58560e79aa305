using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Limits;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>What every translator works with.</summary>
/// <param name="Clusters">What is known of the clusters at this moment.</param>
/// <param name="Limits">How long messages may be.</param>
/// <param name="Logger">Where services that answer wrongly are named.</param>
internal sealed record TranslatorServices(IClusterBackends Clusters, IOptionsMonitor<LimitOptions> Limits, ILogger<TranslatedBackend> Logger);
