using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace SnetGateway.Gateway.Acme;

/// <summary>
/// Orders a certificate, in the order of RFC 8555, section 7.1: account, order, authorizations with their challenges, certificate request,
/// download. It keeps nothing between two orders: an authority answers the registration of a known key with its account.
/// </summary>
internal sealed class AcmeClient(IOptions<AcmeOptions> acmeOptions, AcmeTransport transport, TimeProvider time)
{
    private readonly AcmeOptions _options = acmeOptions.Value;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(10);

    /// <summary>Orders one. The caller limits the time.</summary>
    /// <param name="key">The account's key.</param>
    /// <param name="domain">The host.</param>
    /// <param name="challengeType">http-01 or tls-alpn-01.</param>
    /// <param name="replaced">The certificate that it replaces; null for none.</param>
    /// <param name="present">Puts the response to the challenge with this token in place.</param>
    /// <param name="cancellationToken">Ends the order.</param>
    /// <exception cref="AcmeException">The authority refused, or its response cannot be used.</exception>
    /// <exception cref="HttpRequestException">It cannot be reached, or its response is too long.</exception>
    public async Task<IssuedCertificate> OrderAsync(
        AcmeKey key, string domain, string challengeType, X509Certificate2? replaced,
        Func<string, CancellationToken, Task> present, CancellationToken cancellationToken)
    {
        AcmeDirectory directory = await ReadDirectoryAsync(cancellationToken);
        Uri account = await RegisterAsync(directory, key, cancellationToken);
        var caller = new AcmeCaller(transport, directory.NewNonce, key, account);

        // A certificate can be replaced once, and only where the authority knows it.
        string? replaces = directory.RenewalInfo is null || replaced is null ? null : RenewalId.Of(replaced);
        (Uri url, AcmeOrder order) = await CreateAsync(caller, directory.NewOrder, domain, replaces, cancellationToken);
        foreach (Uri authorization in order.Authorizations)
        {
            await AuthorizeAsync(caller, authorization, challengeType, present, cancellationToken);
        }

        order = await WaitAsync(caller, url, order, "pending", cancellationToken);
        using var certificateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (order.Status == "ready")
        {
            var request = new JsonObject { ["csr"] = Base64Url.EncodeToString(CertificateRequestOf(domain, certificateKey)) };
            order = AcmeOrder.Read((await caller.PostAsync(order.Finalize, request, cancellationToken)).Body);
        }

        order = await WaitAsync(caller, url, order, "processing", cancellationToken);
        if (order is not { Status: "valid", Certificate: { } certificate })
        {
            throw new AcmeException($"the order ended as '{AcmeJson.Clean(order.Status)}' {order.Problem}");
        }

        AcmeResponse chain = await caller.PostAsync(certificate, null, cancellationToken);
        return IssuedCertificate.Read(
            Encoding.UTF8.GetString(chain.Body), certificateKey.ExportPkcs8PrivateKeyPem(), domain, time.GetUtcNow());
    }

    /// <summary>When the authority suggests to renew a certificate; null where it has no opinion.</summary>
    /// <inheritdoc cref="OrderAsync" path="/exception"/>
    public async Task<(RenewalWindow Window, TimeSpan? RetryAfter)?> ReadRenewalAsync(
        X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        AcmeDirectory directory = await ReadDirectoryAsync(cancellationToken);
        if (directory.RenewalInfo is not { } url || RenewalId.Of(certificate) is not { } id)
        {
            return null;
        }

        AcmeResponse response = await transport.GetAsync(new Uri($"{url.AbsoluteUri.TrimEnd('/')}/{id}"), cancellationToken);
        return (RenewalWindow.Read(response.Body), response.RetryAfter);
    }

    private async Task<AcmeDirectory> ReadDirectoryAsync(CancellationToken cancellationToken) =>
        AcmeDirectory.Read((await transport.GetAsync(_options.DirectoryUrl, cancellationToken)).Body);

    private async Task<Uri> RegisterAsync(AcmeDirectory directory, AcmeKey key, CancellationToken cancellationToken)
    {
        var request = new JsonObject { ["termsOfServiceAgreed"] = _options.AgreeToTerms };
        if (!string.IsNullOrEmpty(_options.Email))
        {
            request["contact"] = new JsonArray($"mailto:{_options.Email}");
        }

        if (_options.ExternalAccount is { KeyId: { Length: > 0 } keyId, KeyPath: { Length: > 0 } path })
        {
            byte[] macKey = Base64Url.DecodeFromChars((await File.ReadAllTextAsync(path, cancellationToken)).AsSpan().Trim());
            request["externalAccountBinding"] = SignedRequest.Bind(key, keyId, macKey, directory.NewAccount);
        }
        else if (directory.RequiresExternalAccount)
        {
            throw new AcmeException($"the authority requires an external account: set {AcmeOptions.Section}:ExternalAccount");
        }

        AcmeResponse account = await transport.PostAsync(
            directory.NewNonce, key, null, directory.NewAccount, request, cancellationToken);
        return account.Location ?? throw new AcmeException("the authority named no account");
    }

    private static async Task<(Uri Url, AcmeOrder Order)> CreateAsync(
        AcmeCaller caller, Uri newOrder, string domain, string? replaces, CancellationToken cancellationToken)
    {
        var request = new JsonObject { ["identifiers"] = new JsonArray(new JsonObject { ["type"] = "dns", ["value"] = domain }) };
        if (replaces is not null)
        {
            request["replaces"] = replaces;
        }

        try
        {
            AcmeResponse created = await caller.PostAsync(newOrder, request, cancellationToken);
            return (created.Location ?? throw new AcmeException("the authority named no order"), AcmeOrder.Read(created.Body));
        }
        catch (AcmeException exception) when (replaces is not null && exception.Type is not "rateLimited")
        {
            // Replaced already, or issued by another authority: the order is made all the same.
            return await CreateAsync(caller, newOrder, domain, null, cancellationToken);
        }
    }

    private async Task AuthorizeAsync(
        AcmeCaller caller, Uri url, string challengeType, Func<string, CancellationToken, Task> present,
        CancellationToken cancellationToken)
    {
        var authorization = AcmeAuthorization.Read((await caller.PostAsync(url, null, cancellationToken)).Body);
        if (authorization.Status == "pending")
        {
            AcmeChallenge challenge = authorization.Challenges.FirstOrDefault(one => one.Type == challengeType)
                ?? throw new AcmeException($"the authority does not offer {challengeType}");
            if (!AcmeToken.IsValid(challenge.Token))
            {
                throw new AcmeException("the authority sent a token that is not valid");
            }

            await present(challenge.Token, cancellationToken);
            await caller.PostAsync(challenge.Url, [], cancellationToken);
        }

        for (TimeSpan pause = s_firstPause; authorization.Status == "pending"; pause *= 2)
        {
            AcmeResponse response = await caller.PostAsync(url, null, cancellationToken);
            authorization = AcmeAuthorization.Read(response.Body);
            if (authorization.Status == "pending")
            {
                await PauseAsync(pause, response.RetryAfter, cancellationToken);
            }
        }

        if (authorization.Status != "valid")
        {
            throw new AcmeException($"the authority could not validate the host by {challengeType}: {authorization.Problem}");
        }
    }

    private async Task<AcmeOrder> WaitAsync(
        AcmeCaller caller, Uri url, AcmeOrder order, string current, CancellationToken cancellationToken)
    {
        for (TimeSpan pause = s_firstPause; order.Status == current; pause *= 2)
        {
            AcmeResponse response = await caller.PostAsync(url, null, cancellationToken);
            order = AcmeOrder.Read(response.Body);
            if (order.Status == current)
            {
                await PauseAsync(pause, response.RetryAfter, cancellationToken);
            }
        }

        return order;
    }

    /// <summary>As long as the authority asks for, up to <see cref="s_longestPause"/>.</summary>
    private Task PauseAsync(TimeSpan pause, TimeSpan? retryAfter, CancellationToken cancellationToken)
    {
        TimeSpan wait = retryAfter > pause ? retryAfter.Value : pause;
        return Task.Delay(wait < s_longestPause ? wait : s_longestPause, time, cancellationToken);
    }

    /// <summary>Without a subject: a host may be longer than one may be.</summary>
    private static byte[] CertificateRequestOf(string domain, ECDsa key)
    {
        var request = new CertificateRequest("", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(domain);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSigningRequest();
    }
}

/// <summary>Requests of one account.</summary>
internal sealed record AcmeCaller(AcmeTransport Transport, Uri NewNonce, AcmeKey Key, Uri Account)
{
    public Task<AcmeResponse> PostAsync(Uri url, JsonObject? payload, CancellationToken cancellationToken) =>
        Transport.PostAsync(NewNonce, Key, Account, url, payload, cancellationToken);
}
