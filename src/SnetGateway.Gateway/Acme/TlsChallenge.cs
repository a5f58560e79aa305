using System.Collections.Concurrent;
using System.Formats.Asn1;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SnetGateway.Gateway.Listeners;

namespace SnetGateway.Gateway.Acme;

/// <summary>
/// Answers tls-alpn-01 challenges (RFC 8737): a handshake for the protocol acme-tls/1 gets a certificate that proves the account's key. The
/// authority may reach any replica, so the token is read from the store, at most once a second for each host.
/// </summary>
internal sealed class TlsChallenge(AcmeAccount account, IAcmeStore store, IReadOnlyCollection<string> domains, TimeProvider time)
{
    /// <summary>How long a token that was read counts. A replica that orders waits as long before the authority may ask.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(1);

    private const string AcmeIdentifier = "1.3.6.1.5.5.7.1.31";

    private static readonly SslApplicationProtocol s_protocol = new("acme-tls/1");

    /// <summary>Reads of tokens, which concurrent handshakes share: an authority asks from several places at the same time.</summary>
    private readonly ConcurrentDictionary<string, (Task<string?> Token, long Since)> _tokens = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Puts the response to a challenge in place in this process.</summary>
    public void Put(string domain, string token) => _tokens[domain] = (Task.FromResult<string?>(token), time.GetTimestamp());

    /// <summary>The certificate for the authority's handshake; null where no challenge of the host is pending.</summary>
    public async ValueTask<TlsCertificate?> FindAsync(string host, CancellationToken cancellationToken)
    {
        if (!domains.Contains(host, StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        if (!_tokens.TryGetValue(host, out (Task<string?> Token, long Since) known) || time.GetElapsedTime(known.Since) >= Age)
        {
            known = (ReadAsync(host), time.GetTimestamp());
            _tokens[host] = known;
        }

        string? token = await known.Token.WaitAsync(cancellationToken);
        return token is not null && account.Key is { } key ? Create(host, $"{token}.{key.Thumbprint}") : null;
    }

    internal static TlsCertificate Create(string host, string keyAuthorization)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=acme challenge", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        var proof = new AsnWriter(AsnEncodingRules.DER);
        proof.WriteOctetString(SHA256.HashData(Encoding.ASCII.GetBytes(keyAuthorization)));
        request.CertificateExtensions.Add(new X509Extension(AcmeIdentifier, proof.Encode(), critical: true));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return TlsCertificate.Of(certificate, [], [s_protocol]);
    }

    private async Task<string?> ReadAsync(string host)
    {
        try
        {
            await account.FindAsync(CancellationToken.None);
            AcmeRecord? record = await store.ReadAsync(host.ToLowerInvariant(), CancellationToken.None);
            return record is null ? null : DomainState.Read(record.Value).Token;
        }
        catch (AcmeException)
        {
            return null; // the renewal reports it
        }
    }
}
