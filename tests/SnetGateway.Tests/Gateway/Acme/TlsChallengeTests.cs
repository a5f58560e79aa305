using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SnetGateway.Gateway.Acme;
using SnetGateway.Gateway.Listeners;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Acme;

/// <summary>Responses to tls-alpn-01 challenges, from a store that answers when the test says.</summary>
public sealed class TlsChallengeTests : IAsyncLifetime
{
    private const string Host = "a.example.org";

    private readonly TestTimeProvider _time = new();
    private readonly SlowStore _store = new();
    private readonly AcmeAccount _account;
    private readonly TlsChallenge _challenge;

    public TlsChallengeTests()
    {
        _account = new AcmeAccount(_store);
        _challenge = new TlsChallenge(_account, _store, [Host], _time);
    }

    public async ValueTask InitializeAsync() => await _account.GetAsync(default);

    public ValueTask DisposeAsync()
    {
        _account.Dispose();
        return default;
    }

    [Fact]
    public async Task ConcurrentHandshakes_ShareOneRead_AndAllGetTheCertificate()
    {
        Task<TlsCertificate?>[] handshakes = [.. Enumerable.Range(0, 3).Select(_ => _challenge.FindAsync(Host, default).AsTask())];
        Assert.All(handshakes, handshake => Assert.False(handshake.IsCompleted));
        _store.Answer(new DomainState { Token = "token" });
        foreach (TlsCertificate? certificate in await Task.WhenAll(handshakes))
        {
            AssertProves(certificate!, $"token.{_account.Key!.Thumbprint}");
        }

        Assert.Equal(1, _store.Reads);
    }

    [Fact]
    public async Task WithoutChallenge_OrForAnotherHost_ThereIsNone_AndAtMostOneReadASecond()
    {
        _store.Answer(new DomainState());
        for (int i = 0; i < 5; i++)
        {
            Assert.Null(await _challenge.FindAsync(Host, default));
            Assert.Null(await _challenge.FindAsync("b.example.org", default));
        }

        Assert.Equal(1, _store.Reads);
        _time.Advance(TlsChallenge.Age);
        Assert.Null(await _challenge.FindAsync(Host, default));
        Assert.Equal(2, _store.Reads);
    }

    [Fact]
    public async Task TokenOfThisProcess_NeedsNoRead()
    {
        _challenge.Put(Host, "mine");
        AssertProves((await _challenge.FindAsync("A.example.org", default))!, $"mine.{_account.Key!.Thumbprint}");
        Assert.Equal(0, _store.Reads);
    }

    private static void AssertProves(TlsCertificate certificate, string keyAuthorization)
    {
        X509Extension proof = Assert.Single(certificate.Leaf.Extensions, extension => extension.Oid!.Value == "1.3.6.1.5.5.7.1.31");
        Assert.True(proof.Critical);
        Assert.Equal(
            SHA256.HashData(Encoding.ASCII.GetBytes(keyAuthorization)),
            new AsnReader(proof.RawData, AsnEncodingRules.DER).ReadOctetString());
        Assert.Equal("acme-tls/1", Assert.Single(certificate.Options.ApplicationProtocols!).ToString());
        Assert.True(certificate.Leaf.MatchesHostname(Host));
    }

    /// <summary>Holds the account's key, and answers reads of the host after <see cref="Answer"/>.</summary>
    private sealed class SlowStore : IAcmeStore
    {
        private readonly TaskCompletionSource<AcmeRecord?> _host = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private AcmeRecord? _account;

        public bool IsShared => true;

        public int Reads { get; private set; }

        public void Answer(DomainState state) => _host.SetResult(new AcmeRecord(state.Write(), 1));

        public async ValueTask<AcmeRecord?> ReadAsync(string name, CancellationToken cancellationToken)
        {
            if (name != Host)
            {
                return _account;
            }

            Reads++;
            return await _host.Task;
        }

        public ValueTask<long?> WriteAsync(string name, byte[] value, long expectedRevision, CancellationToken cancellationToken)
        {
            _account = new AcmeRecord(value, 1);
            return new(1);
        }
    }
}
