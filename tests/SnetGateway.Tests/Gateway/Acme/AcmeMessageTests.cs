using System.Text;
using CsCheck;
using SnetGateway.Gateway.Acme;
using Xunit;

namespace SnetGateway.Tests.Gateway.Acme;

/// <summary>What an authority sends: valid messages are read, and anything else is one kind of exception.</summary>
public sealed class AcmeMessageTests
{
    private const string Directory = """
        {
          "newNonce": "https://ca.example/nonce", "newAccount": "https://ca.example/account", "newOrder": "https://ca.example/order",
          "renewalInfo": "https://ca.example/renewal",
          "meta": { "termsOfService": "https://ca.example/terms", "externalAccountRequired": true }
        }
        """;

    private const string Order = """
        {
          "status": "invalid", "expires": "2026-11-30T00:00:00Z", "identifiers": [ { "type": "dns", "value": "a.example" } ],
          "authorizations": [ "https://ca.example/authz/1" ], "finalize": "https://ca.example/finalize/1",
          "error": { "type": "urn:ietf:params:acme:error:caa", "detail": "not\u001b allowed" }
        }
        """;

    private const string Authorization = """
        {
          "status": "pending", "identifier": { "type": "dns", "value": "a.example" },
          "challenges": [
            { "type": "dns-01", "url": "https://ca.example/chall/1", "token": "abc", "status": "pending" },
            { "type": "http-01", "url": "https://ca.example/chall/2", "token": "DGyRejmCefe7v4NfDGDKfA", "status": "pending" }
          ]
        }
        """;

    private const string Window = """
        {
          "suggestedWindow": { "start": "2026-01-02T04:00:00Z", "end": "2026-01-03T04:00:00+01:00" },
          "explanationURL": "https://ca.example"
        }
        """;

    private static readonly (string Text, Action<byte[]> Read)[] s_messages =
    [
        (Directory, body => AcmeDirectory.Read(body)),
        (Order, body => AcmeOrder.Read(body)),
        (Authorization, body => AcmeAuthorization.Read(body)),
        (Window, body => RenewalWindow.Read(body)),
    ];

    [Fact]
    public void Messages_AreRead()
    {
        var directory = AcmeDirectory.Read(Encoding.UTF8.GetBytes(Directory));
        Assert.Equal("https://ca.example/renewal", directory.RenewalInfo?.AbsoluteUri);
        Assert.True(directory.RequiresExternalAccount);
        var order = AcmeOrder.Read(Encoding.UTF8.GetBytes(Order));
        Assert.Null(order.Certificate);
        Assert.StartsWith("caa: not", order.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', order.Problem);
        var authorization = AcmeAuthorization.Read(Encoding.UTF8.GetBytes(Authorization));
        Assert.Equal("DGyRejmCefe7v4NfDGDKfA", authorization.Challenges[1].Token);
        Assert.Equal("", authorization.Problem);
        var window = RenewalWindow.Read(Encoding.UTF8.GetBytes(Window));
        Assert.Equal(TimeSpan.FromHours(23), window.End - window.Start);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"text\"")]
    [InlineData("{\"newNonce\":1}")]
    [InlineData("{\"newNonce\":\"file:///etc/passwd\",\"newAccount\":\"https://a\",\"newOrder\":\"https://a\"}")]
    [InlineData("{\"newNonce\":\"/relative\",\"newAccount\":\"https://a\",\"newOrder\":\"https://a\"}")]
    [InlineData("{\"newNonce\":\"https://a\",\"newAccount\":\"https://a\",\"newOrder\":\"https://a\",\"meta\":[]}")]
    [InlineData("{\"status\":\"pending\",\"authorizations\":{},\"finalize\":\"https://a\"}")]
    [InlineData("{\"status\":7,\"authorizations\":[],\"finalize\":\"https://a\"}")]
    [InlineData("{\"status\":\"valid\",\"authorizations\":[\"x\"],\"finalize\":\"https://a\"}")]
    [InlineData("{\"status\":\"pending\",\"challenges\":[1]}")]
    [InlineData("{\"status\":\"pending\",\"challenges\":[{\"type\":\"http-01\"}]}")]
    [InlineData("{\"suggestedWindow\":{\"start\":\"yesterday\",\"end\":\"2026-01-03T04:00:00Z\"}}")]
    [InlineData("{\"suggestedWindow\":{\"start\":\"2026-01-03T04:00:00Z\",\"end\":\"2026-01-03T04:00:00Z\"}}")]
    [InlineData("{\"suggestedWindow\":[]}")]
    public void OtherTexts_AreRefused(string text) =>
        Assert.All(s_messages, message => Assert.Throws<AcmeException>(() => message.Read(Encoding.UTF8.GetBytes(text))));

    [Fact]
    public void DeepNesting_IsRefused() => Assert.Throws<AcmeException>(
        () => AcmeOrder.Read(Encoding.UTF8.GetBytes($"{{\"status\":{new string('[', 5000)}{new string(']', 5000)}}}")));

    [Fact]
    public void DamagedMessages_AreReadOrRefused() =>
        Gen.Select(Gen.Int[0, s_messages.Length - 1], Gen.Int[0, 1000], Gen.Byte, Gen.Int[0, 3]).Sample((which, place, value, way) =>
        {
            (string text, Action<byte[]> read) = s_messages[which];
            List<byte> bytes = [.. Encoding.UTF8.GetBytes(text)];
            int at = place % bytes.Count;
            switch (way)
            {
                case 0:
                    bytes[at] = value;
                    break;
                case 1:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 2:
                    bytes.Insert(at, value);
                    break;
                default:
                    bytes.RemoveAt(at);
                    break;
            }

            try
            {
                read([.. bytes]);
            }
            catch (AcmeException)
            {
                // The only exception that is caught.
            }
        });

    [Theory]
    [InlineData("""{"type":"urn:ietf:params:acme:error:rateLimited","detail":"slow down"}""", "rateLimited", "slow down")]
    [InlineData("""{"type":"urn:ietf:params:acme:error:\u001b[31m","detail":"\u001b[31mred"}""", "", "red")]
    [InlineData("""{"type":7,"detail":[]}""", "", "429")]
    [InlineData("<html>", "", "429")]
    public void Problem_IsCleaned(string body, string type, string text)
    {
        AcmeException exception = AcmeProblem.Read(429, Encoding.UTF8.GetBytes(body), TimeSpan.FromHours(1));
        Assert.Equal(type, exception.Type);
        Assert.Contains(text, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', exception.Message);
        Assert.Equal(TimeSpan.FromHours(1), exception.RetryAfter);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("AZaz09-_", true)]
    [InlineData("", false)]
    [InlineData("a/b", false)]
    [InlineData("../x", false)]
    [InlineData("a.b", false)]
    [InlineData("a b", false)]
    [InlineData("a\r\nb", false)]
    [InlineData("\u00e4", false)]
    public void Token_HasCharactersOfBase64Url(string token, bool isValid) => Assert.Equal(isValid, AcmeToken.IsValid(token));

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void Token_IsBounded(int length, bool isValid) => Assert.Equal(isValid, AcmeToken.IsValid(new string('a', length)));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"NextOrder\":\"x\"}")]
    [InlineData("[1]")]
    public void StoredStateThatIsDamaged_IsRefused(string text) =>
        Assert.Throws<AcmeException>(() => DomainState.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void StoredState_HidesItsKey_InTexts() =>
        Assert.DoesNotContain("secret", new DomainState { Key = "secret" }.ToString(), StringComparison.Ordinal);
}
