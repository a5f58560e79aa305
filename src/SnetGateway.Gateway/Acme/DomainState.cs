using System.Text.Json;

namespace SnetGateway.Gateway.Acme;

/// <summary>What is stored of a host: its certificate, and what its orders came to.</summary>
internal sealed record DomainState
{
    /// <summary>The certificate with its chain, as PEM; null before the first.</summary>
    public string? Chain { get; init; }

    /// <summary>Its private key, as PEM.</summary>
    public string? Key { get; init; }

    /// <summary>Orders that did not end well, one after the other. An order counts when it begins.</summary>
    public int Failures { get; init; }

    /// <summary>No order begins before: a restart, a crash loop and other replicas respect it.</summary>
    public DateTimeOffset NextOrder { get; init; }

    /// <summary>The token of a tls-alpn-01 challenge that any replica may be asked for; null for none.</summary>
    public string? Token { get; init; }

    /// <exception cref="AcmeException">It was not written by a gateway.</exception>
    public static DomainState Read(ReadOnlySpan<byte> stored)
    {
        try
        {
            return JsonSerializer.Deserialize<DomainState>(stored) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new AcmeException("the stored certificate cannot be read: remove it, or restore it from a copy");
        }
    }

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this);

    /// <summary>Hides the key.</summary>
    public override string ToString() => $"{Failures} failures, next order {NextOrder:u}";
}
