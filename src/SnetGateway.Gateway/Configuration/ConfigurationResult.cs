using System.Diagnostics.CodeAnalysis;
using SnetGateway.Gateway.Catalog;

namespace SnetGateway.Gateway.Configuration;

/// <summary>What reading a configuration gave: something to run, or what is wrong with it.</summary>
/// <param name="Options">The `SnetGateway` section; values that are mistakes are unset.</param>
/// <param name="Snapshot">What can change live; null when there is a mistake.</param>
/// <param name="Values">Every key of the configuration with its text, to compare with a later one. Holds secrets: never printed.</param>
/// <param name="Mistakes">Everything that is wrong.</param>
internal sealed record ConfigurationResult(
    GatewayOptions Options,
    GatewaySnapshot? Snapshot,
    IReadOnlyDictionary<string, string?> Values,
    IReadOnlyList<ConfigurationMistake> Mistakes)
{
    [MemberNotNullWhen(true, nameof(Snapshot))]
    public bool IsRight => Snapshot is not null;

    /// <summary>The file's bytes that were read; null without a file.</summary>
    public byte[]? Content { get; init; }

    public static ConfigurationResult Unreadable(IReadOnlyList<ConfigurationMistake> mistakes) =>
        new(new GatewayOptions(), null, new Dictionary<string, string?>(), mistakes);
}
