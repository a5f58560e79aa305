using SnetGateway.Gateway.Listeners;

namespace SnetGateway.Gateway.Acme;

/// <summary>A host with an automatic certificate, as this process knows it.</summary>
/// <param name="name">The host, in small letters.</param>
/// <param name="place">The certificate's place among those of the listener.</param>
internal sealed class ManagedDomain(string name, int place)
{
    public string Name => name;

    public int Place => place;

    /// <summary>The certificate in use, as PEM; null for none yet.</summary>
    public string? Chain { get; private set; }

    /// <summary>The certificate in use; null for none yet.</summary>
    public TlsCertificate? InUse { get; private set; }

    /// <summary>When the authority suggests to renew it; null where it has no opinion, or was not asked yet.</summary>
    public RenewalWindow? Suggested { get; set; }

    /// <summary>When the authority is asked again.</summary>
    public DateTimeOffset NextSuggestion { get; set; }

    /// <summary>The failure that was logged last.</summary>
    public string Failure { get; set; } = "";

    public void Use(string chain, TlsCertificate certificate) =>
        (Chain, InUse, Suggested, NextSuggestion) = (chain, certificate, null, default);
}
