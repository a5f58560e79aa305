using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Grpc.Server;

/// <summary>Limits of the methods of one service.</summary>
public sealed class GrpcEndpointOptions
{
    /// <summary>The default of both limits: 4 MiB.</summary>
    public const int DefaultMaxMessageBytes = 4 * 1024 * 1024;

    /// <summary>The longest request message in bytes, as sent and expanded, 0 to 2,147,483,591. Default 4 MiB. Above it: <c>RESOURCE_EXHAUSTED</c>.</summary>
    [Range(0, 2_147_483_591)] public int MaxRequestBytes { get; set; } = DefaultMaxMessageBytes;

    /// <summary>The longest response message in bytes, 0 to 2,147,483,591. Default 4 MiB. Above it: <c>RESOURCE_EXHAUSTED</c>.</summary>
    [Range(0, 2_147_483_591)] public int MaxResponseBytes { get; set; } = DefaultMaxMessageBytes;
}
