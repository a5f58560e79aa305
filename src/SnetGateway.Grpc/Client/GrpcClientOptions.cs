namespace SnetGateway.Grpc.Client;

/// <summary>Limits and clock of a client.</summary>
public sealed record GrpcClientOptions
{
    /// <summary>The longest message accepted in bytes, as sent and expanded. Default 4 MiB. Above it: <c>RESOURCE_EXHAUSTED</c>.</summary>
    public int MaxResponseBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>The longest message sent in bytes. Default 2 GiB, as far as one buffer reaches. Above it: <c>RESOURCE_EXHAUSTED</c>.</summary>
    public int MaxRequestBytes { get; init; } = Array.MaxLength - 16;

    /// <summary>The clock of deadlines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
