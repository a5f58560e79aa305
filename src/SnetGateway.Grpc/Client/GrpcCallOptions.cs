using Grpc.Core;

namespace SnetGateway.Grpc.Client;

/// <summary>What one call sends beside its messages.</summary>
public sealed record GrpcCallOptions
{
    /// <summary>Metadata for the service.</summary>
    public Metadata Metadata { get; init; } = Metadata.Empty;

    /// <summary>How long the call may take in all; it is told to the service and kept here. Null: as long as it likes.</summary>
    public TimeSpan? Timeout { get; init; }
}
