using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Prepaid;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.Tests.Payments;
using Xunit;

namespace SnetGateway.Tests.Gateway.Prepaid;

/// <summary>Prepaid tokens: the reference's form, and the text for each way in which one is not valid.</summary>
public sealed class PrepaidTokenTests : IDisposable
{
    private const string ReferenceSecret = "test-secret-key-at-least-32-bytes-long";
    private const string Secret = "a secret of this test that is long enough";
    private const string Invalid = "internal error: token signature is invalid: signature is invalid";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("prepaid-");
    private readonly TestTimeProvider _time = new();
    private readonly PrepaidToken _token = new(new ChannelId(42), new ChannelNonce(3), UInt256.MaxValue, PaymentRig.Sender);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Issued_IsAccepted_AndItsSignatureVerifiedOnce()
    {
        PrepaidTokens tokens = Tokens(Secret);
        string text = tokens.Issue(_token, PaymentRig.Group);
        Assert.StartsWith("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.", text, StringComparison.Ordinal);
        for (int i = 0; i < 3; i++)
        {
            (PrepaidToken? token, PaymentRefusal? refusal) = await VerifyAsync(tokens, text);
            Assert.Null(refusal);
            Assert.Equal(_token, token);
        }

        Assert.Equal(1, tokens.Remembered);
    }

    [Fact]
    public async Task Expired_IsRefused_AlsoIfItIsRemembered()
    {
        PrepaidTokens tokens = Tokens(Secret);
        string text = tokens.Issue(_token, PaymentRig.Group);
        Assert.Null((await VerifyAsync(tokens, text)).Refusal);
        _time.Advance(TimeSpan.FromDays(1));
        const string Expired = "internal error: token has invalid claims: token is expired";
        Assert.Equal(Expired, (await VerifyAsync(tokens, text)).Refusal!.Message);
        Assert.Equal(Expired, (await VerifyAsync(Tokens(Secret), text)).Refusal!.Message);
    }

    [Fact]
    public async Task OfOthers_IsRefused()
    {
        PrepaidTokens tokens = Tokens(Secret);
        string text = tokens.Issue(_token, PaymentRig.Group);
        Assert.Equal(
            "internal error: payload 42 used to generate the Token doesnt match expected values",
            (await VerifyAsync(tokens, text, channel: 43)).Refusal!.Message);
        Assert.Equal(
            "internal error: organization org is not associated with this Daemon",
            (await VerifyAsync(tokens, text, group: PaymentRig.Group with { OrganizationId = "other" })).Refusal!.Message);
        Assert.Equal(
            $"internal error: groupId {Convert.ToBase64String(PaymentRig.Group.Id.ToBytes())} is not associated with this Daemon",
            (await VerifyAsync(tokens, text, group: PaymentRig.OtherGroup)).Refusal!.Message);
        Assert.Equal(Invalid, (await VerifyAsync(Tokens(Secret + "!"), text)).Refusal!.Message);
    }

    [Fact]
    public async Task ChangedSecret_OldTokensAreAcceptedBesideNewOnes_UntilItIsRemoved()
    {
        string old = Tokens(Secret).Issue(_token, PaymentRig.Group);
        PrepaidTokens overlap = Tokens(Secret + "2", previous: Secret);
        Assert.Null((await VerifyAsync(overlap, old)).Refusal);
        string text = overlap.Issue(_token, PaymentRig.Group);
        PrepaidTokens after = Tokens(Secret + "2");
        Assert.Null((await VerifyAsync(after, text)).Refusal);
        Assert.Equal(Invalid, (await VerifyAsync(after, old)).Refusal!.Message);
    }

    [Fact]
    public async Task TokenOfTheReference_WithTheSameSecret_HasNoAmount_AndIsRefused()
    {
        const string Reference =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE4OTM0NTYwMDAsImdyb3VwSWQiOiI5OXliUklnMndBeDU1bXFWc0E2c0I0UzdXeFBRSE5"
            + "LcWE0QlB1L2JoaitVPSIsIm9yZ0lkIjoib3JnMSIsInBheWxvYWQiOiI0MiIsInVzZXJBZGRyZXNzIjoiMHgxYTY0MmYwRTNjM2FGNTQ1RTdBY0JEMzhi"
            + "MDcyNTFCMzk5MDkxNEYxIn0"
            + ".goRVqnocv3PG4novviUwJVDNZTN9_DSOKUaxbz4ZObo";
        Assert.Equal(
            "internal error: token has invalid claims: request a new token",
            (await VerifyAsync(Tokens(ReferenceSecret), Reference)).Refusal!.Message);
        Assert.Equal(Invalid, (await VerifyAsync(Tokens(Secret), Reference)).Refusal!.Message);
    }

    [Theory]
    [InlineData("", "token is malformed: token contains an invalid number of segments")]
    [InlineData("a.b", "token is malformed: token contains an invalid number of segments")]
    [InlineData("a.b.c.d", "token is malformed: token contains an invalid number of segments")]
    [InlineData("!!.e30.e30", "token is malformed: could not base64 decode header")]
    [InlineData("e30.!!.e30", "token is malformed: could not base64 decode claim")]
    [InlineData("e30.e30.!!", "token is malformed: could not base64 decode signature")]
    [InlineData("e30.e30.e30", "token is unverifiable: signing method (alg) is unspecified")]
    [InlineData("{\"alg\":\"none\"}", "token is unverifiable: error while executing keyfunc: unexpected signing method: none")]
    [InlineData("{\"alg\":\"HS512\"}", "token is unverifiable: error while executing keyfunc: unexpected signing method: HS512")]
    [InlineData("{\"alg\":\"RS256\"}", "token is unverifiable: error while executing keyfunc: unexpected signing method: RS256")]
    [InlineData("{\"alg\":\"hs256\"}", "token is unverifiable: signing method (alg) is unavailable")]
    [InlineData("{\"alg\":\"HS256\"}", "token signature is invalid: signature is invalid")]
    public async Task Malformed_IsRefused(string text, string fault)
    {
        if (text.StartsWith('{'))
        {
            text = $"{Base64(text)}.{Base64("{\"payload\":\"42\"}")}.{Base64("signature")}";
        }

        (PrepaidToken? token, PaymentRefusal? refusal) = await VerifyAsync(Tokens(Secret), text);
        Assert.Null(token);
        Assert.Equal((13, $"internal error: {fault}"), (refusal!.StatusCode, refusal.Message));
    }

    [Fact]
    public async Task ChangedTokens_AreRefused_AndNothingThrows()
    {
        int seed = Seeds.Next(_ => { });
        var random = new Random(seed);
        PrepaidTokens tokens = Tokens(Secret);
        string valid = tokens.Issue(_token, PaymentRig.Group);
        string[] parts = valid.Split('.');
        for (int i = 0; i < 20_000; i++)
        {
            char[] text = valid.ToCharArray();
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                text[random.Next(text.Length)] = (char)random.Next(random.Next(2) == 0 ? 128 : 256);
            }

            string changed = random.Next(4) switch
            {
                0 => new string(text),
                1 => new string(text, 0, random.Next(text.Length)),
                2 => $"{parts[random.Next(3)]}.{parts[random.Next(3)]}.{parts[random.Next(3)]}",
                _ => $"{parts[0]}.{Base64(Json(random))}.{parts[2]}",
            };
            if (changed.Split('.') is [var header, var claims, _] && header == parts[0] && claims == parts[1])
            {
                continue; // the last character of a signature has bits that do not count
            }

            (PrepaidToken? token, PaymentRefusal? refusal) = await VerifyAsync(tokens, changed);
            Assert.True(token is null && refusal is { StatusCode: 13 }, $"SNET_TEST_SEED={seed}: {changed}");
        }

        Assert.Equal(0, tokens.Remembered);
    }

    private static string Json(Random random)
    {
        string payload = random.Next(2) == 0 ? "\"42\"" : "42";
        string organization = random.Next(2) == 0 ? "[]" : "\"org\"";
        return $"{{\"payload\":{payload},\"exp\":{random.Next()},\"orgId\":{organization}}}";
    }

    private static string Base64(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static ValueTask<(PrepaidToken? Token, PaymentRefusal? Refusal)> VerifyAsync(
        PrepaidTokens tokens, string text, ulong channel = 42, PaymentGroup? group = null) =>
        tokens.VerifyAsync(text, new ChannelId(channel), group ?? PaymentRig.Group);

    private PrepaidTokens Tokens(string secret, string? previous = null)
    {
        var options = new PrepaidOptions { SecretPath = File(secret), PreviousSecretPath = previous is null ? null : File(previous) };
        return new PrepaidTokens(Options.Create(options), _time);
    }

    private string File(string content)
    {
        string path = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        System.IO.File.WriteAllText(path, content + "\n");
        return path;
    }
}
