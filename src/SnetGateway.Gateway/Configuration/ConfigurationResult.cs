using System.Diagnostics.CodeAnalysis;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.ServiceMetadata;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration;

/// <summary>The result of reading a configuration: a snapshot to run, or the errors.</summary>
/// <param name="Options">The `SnetGateway` section; values that are errors are unset.</param>
/// <param name="Snapshot">What a reload can replace; null when there is an error.</param>
/// <param name="Values">Every key of the configuration with its text. Holds secrets: never printed.</param>
/// <param name="Errors">Every error that was found.</param>
internal sealed record ConfigurationResult(
    GatewayOptions Options,
    GatewaySnapshot? Snapshot,
    IReadOnlyDictionary<string, string?> Values,
    IReadOnlyList<ConfigurationError> Errors)
{
    [MemberNotNullWhen(true, nameof(Snapshot))]
    public bool IsValid => Snapshot is not null;

    /// <summary>The file's bytes that were read; null without a file.</summary>
    public byte[]? Content { get; init; }

    /// <summary>The documents of the Registry that were used.</summary>
    public UsedMetadata Metadata { get; init; } = UsedMetadata.None;
}
