using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using SnetGateway.Gateway.Acme;
using Xunit;

namespace SnetGateway.Tests.Gateway.Acme;

public sealed class SignedRequestTests
{
    private static readonly Uri s_url = new("https://ca.example/order");

    [Fact]
    public void Request_IsSigned_WithTheKeyOfItsAccount()
    {
        using var key = AcmeKey.Create();
        JsonObject signed = SignedRequest.Sign(key, new Uri("https://ca.example/acct/1"), s_url, "nonce", new JsonObject { ["a"] = 1 });
        JsonNode header = Part(signed, "protected");
        Assert.Equal("ES256", (string?)header["alg"]);
        Assert.Equal("nonce", (string?)header["nonce"]);
        Assert.Equal("https://ca.example/order", (string?)header["url"]);
        Assert.Equal("https://ca.example/acct/1", (string?)header["kid"]);
        Assert.Null(header["jwk"]);
        Assert.Equal(1, (int?)Part(signed, "payload")["a"]);
        Assert.True(IsSigned(signed, key.PublicKey));
    }

    [Fact]
    public void RequestOfANewAccount_CarriesItsPublicKey_AndNothingPrivate()
    {
        using var key = AcmeKey.Create();
        JsonNode header = Part(SignedRequest.Sign(key, null, s_url, "nonce", []), "protected");
        Assert.Equal(["crv", "kty", "x", "y"], header["jwk"]!.AsObject().Select(pair => pair.Key).Order(StringComparer.Ordinal));
        Assert.Null(header["kid"]);
    }

    [Fact]
    public void ReadOnlyRequest_HasAnEmptyPayload()
    {
        using var key = AcmeKey.Create();
        Assert.Equal("", (string?)SignedRequest.Sign(key, s_url, s_url, "nonce", null)["payload"]);
    }

    [Fact]
    public void ExternalAccount_SignsTheKeyOfTheNewOne()
    {
        using var key = AcmeKey.Create();
        byte[] macKey = RandomNumberGenerator.GetBytes(32);
        JsonObject bound = SignedRequest.Bind(key, "id", macKey, s_url);
        Assert.Equal("HS256", (string?)Part(bound, "protected")["alg"]);
        Assert.Null(Part(bound, "protected")["nonce"]);
        Assert.Equal(key.PublicKey.ToJsonString(), Part(bound, "payload").ToJsonString());
        Assert.Equal(
            HMACSHA256.HashData(macKey, Encoding.ASCII.GetBytes($"{bound["protected"]}.{bound["payload"]}")),
            Base64Url.DecodeFromChars((string)bound["signature"]!));
    }

    [Fact]
    public void Key_IsTheSameAfterItWasStored()
    {
        using var key = AcmeKey.Create();
        using var read = AcmeKey.Read(key.ToPem());
        Assert.Equal(key.Thumbprint, read.Thumbprint);
        Assert.Equal(key.PublicKey.ToJsonString(), read.PublicKey.ToJsonString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")]
    public void OtherTexts_AreNoKey(string pem) => Assert.Throws<CryptographicException>(() => AcmeKey.Read(pem));

    [Fact]
    public void KeyOfAnotherCurve_IsRefused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Throws<CryptographicException>(() => AcmeKey.Read(other.ExportPkcs8PrivateKeyPem()));
    }

    private static JsonNode Part(JsonObject signed, string name) =>
        JsonNode.Parse(Base64Url.DecodeFromChars((string)signed[name]!))!;

    private static bool IsSigned(JsonObject signed, JsonObject publicKey)
    {
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint
            {
                X = Base64Url.DecodeFromChars((string)publicKey["x"]!), Y = Base64Url.DecodeFromChars((string)publicKey["y"]!),
            },
        });
        return key.VerifyData(
            Encoding.ASCII.GetBytes($"{signed["protected"]}.{signed["payload"]}"),
            Base64Url.DecodeFromChars((string)signed["signature"]!),
            HashAlgorithmName.SHA256,
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
