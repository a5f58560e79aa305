using System.Collections.Frozen;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Payments.FreeCalls;

/// <summary>The steps and texts of the two control methods (docs/protocol/prepaid-and-free-calls.md, 'Free calls').</summary>
public sealed class FreeCallStatesTests
{
    private const string TooPoor = "{Status: rpc error: code = PermissionDenied desc = you must have at least 10 FET (ASI) in your balance "
        + "to use free calls}";

    /// <summary>Each row has every later fault too, so that the order decides.</summary>
    public static TheoryData<string, string> Order() => new()
    {
        { "short signature", "incorrect signature length" },
        { "broken signature", "incorrect signature data" },
        { "signed by another", $"invalid signer, {FreeCallRig.UserText} (from request) is not equal to {FreeCallRig.Other} (signer)" },
        { "old signature", "authentication failed as the signature passed has expired" },
        { "user id", "your address is not trusted by this service provider, the use of user_id is not allowed" },
        { "balance", TooPoor },
    };

    [Theory]
    [MemberData(nameof(Order))]
    public async Task TokenRequest_FirstFaultDecides(string fault, string text)
    {
        int rank = Array.IndexOf([.. Order().Select(row => row.Data.Item1)], fault);
        var rig = new FreeCallRig { Balances = { Balance = UInt256.Parse("9999999999999999999") } };
        FreeCallUse use = FreeCallRig.Use(
            rig.Offer, [], userId: rank <= 4 ? "u" : "", block: rank <= 3 ? 994UL : 995, by: rank <= 2 ? FreeCallRig.Other : null);
        use = rank switch
        {
            0 => use with { Signature = use.Signature[..64] },
            1 => use with { Signature = new byte[65] },
            _ => use,
        };
        Assert.Equal(text, (await rig.States.IssueAsync([rig.Offer], use, null, default, default)).Error);
        Assert.Equal(rank == 5 ? 1 : 0, rig.Balances.Reads);
    }

    [Theory]
    [InlineData(null, 173_800)]
    [InlineData(172_800UL, 173_800)]
    [InlineData(172_801UL, 173_800)]
    [InlineData(ulong.MaxValue, 173_800)]
    [InlineData(1UL, 1_001)]
    [InlineData(0UL, 1_000)]
    public async Task Token_LastsAsLongAsWanted_AtMostTheLongest_AndIsAccepted(ulong? lifetime, ulong expiry)
    {
        var rig = new FreeCallRig();
        (FreeCallToken token, string? error) = await IssueAsync(rig, lifetime);
        Assert.Null(error);
        Assert.Equal(expiry, token.ExpiryBlock);
        Assert.True(token.Signature.Length == 65 && token.Signature.Span[64] is 0 or 1);
        long before = rig.Signers.Recoveries;
        Assert.Null((await rig.AdmitAsync(FreeCallRig.Use(rig.Offer, token.Bytes.ToArray()), token)).Refusal);
        Assert.Equal(before + 1, rig.Signers.Recoveries); // the token was issued here: only the use is verified
    }

    [Fact]
    public async Task TokenRequestedBeforeEachCall_IsTheSameForSomeBlocks()
    {
        var rig = new FreeCallRig();
        FreeCallToken first = (await IssueAsync(rig)).Token;
        rig.Chain.Mine(20);
        Assert.Equal(first.ExpiryBlock, (await IssueAsync(rig, block: 1_020)).Token.ExpiryBlock);
        rig.Chain.Mine(1);
        Assert.Equal(1_021UL + 172_800, (await IssueAsync(rig, block: 1_021)).Token.ExpiryBlock);
        Assert.Equal(1_021UL + 10, (await IssueAsync(rig, 10, block: 1_021)).Token.ExpiryBlock);
        rig.Chain.Mine(1);
        Assert.Equal(1_021UL + 10, (await IssueAsync(rig, 10, block: 1_022)).Token.ExpiryBlock);
        rig.Chain.Mine(1);
        Assert.Equal(1_023UL + 10, (await IssueAsync(rig, 10, block: 1_023)).Token.ExpiryBlock);
    }

    [Fact]
    public async Task TrustedSigner_MayNameUsers_AndNeedsNoBalance()
    {
        var rig = new FreeCallRig { Balances = { Balance = UInt256.Zero } };
        string address = FreeCallRig.Trusted.ToString();
        FreeCallUse use = FreeCallRig.Use(rig.Offer, [], address, "user@example.org");
        (FreeCallToken token, string? error) = await rig.States.IssueAsync([rig.Offer], use, null, default, default);
        Assert.Null(error);
        Assert.Equal(0, rig.Balances.Reads);
        FreeCallUse call = FreeCallRig.Use(rig.Offer, token.Bytes.ToArray(), address, "user@example.org");
        Assert.Null((await rig.AdmitAsync(call, token)).Refusal);
        FreeCallUse other = FreeCallRig.Use(rig.Offer, token.Bytes.ToArray(), address, "other@example.org");
        Assert.Equal("token sign is not valid", (await rig.AdmitAsync(other, token)).Refusal!.Message);
    }

    [Fact]
    public async Task BalanceThatCannotBeRead_CountsAsTooSmall()
    {
        var rig = new FreeCallRig { Balances = { Balance = null } };
        Assert.Equal(TooPoor, (await IssueAsync(rig)).Error);
    }

    [Fact]
    public async Task ChainUnreachable_IsNamed()
    {
        var rig = new FreeCallRig();
        rig.Chain.Head = null;
        rig.Chain.Outage = ChannelReadResult.Unreachable;
        const string Unreadable = "error determining current block: the blockchain cannot be read now";
        Assert.Equal(Unreadable, (await IssueAsync(rig)).Error);
        Assert.Equal(Unreadable, await rig.AskAsync());
    }

    [Fact]
    public async Task AllowedUsers_OthersGetNoToken()
    {
        var rig = new FreeCallRig(allowed: new[] { FreeCallRig.Other }.ToFrozenSet());
        Assert.Equal("you are not Authorized to call this service during curation process", (await IssueAsync(rig)).Error);
    }

    [Theory]
    [InlineData("", "invalid token: no '_' found")]
    [InlineData("5F", "invalid token: invalid block number")]
    public async Task Count_MalformedToken_IsNamedFirst(string hex, string text)
    {
        var rig = new FreeCallRig();
        byte[] token = Convert.FromHexString(hex);
        Assert.Equal(text, (await rig.States.CountAsync([rig.Offer], FreeCallRig.Use(rig.Offer, []), token, default, default)).Error);
        Assert.Equal(0, rig.Signers.Recoveries);
    }

    [Fact]
    public async Task Count_HasTheTextsOfACall_WithoutTheirPrefix()
    {
        var rig = new FreeCallRig();
        FreeCallToken token = rig.Token(expiry: 999);
        FreeCallUse use = FreeCallRig.Use(rig.Offer, token.Bytes.ToArray());
        Assert.Equal(
            "authentication failed as the Free Call Token passed has expired",
            (await rig.States.CountAsync([rig.Offer], use, token.Bytes, default, default)).Error);
        Assert.Equal(
            "sign is not valid: incorrect signature length",
            (await rig.States.CountAsync([rig.Offer], use with { Signature = default }, token.Bytes, default, default)).Error);
    }

    [Fact]
    public async Task Count_LowerLimitThanCallsMade_IsZero()
    {
        var before = new FreeCallRig();
        Assert.Null(await before.CallAsync());
        Assert.Null(await before.CallAsync());
        Assert.Equal(0UL, await new FreeCallRig(FreeCallRig.Terms(calls: 1), before.Store).AskAsync());
    }

    [Fact]
    public async Task SeveralServicesAtOneHost_TheSignatureTellsWhich()
    {
        var rig = new FreeCallRig();
        FreeCallTerms others = FreeCallRig.Terms(organization: "other", calls: 7);
        FreeCallOffer[] all = [rig.Offer, new(rig.Offer.Terms, "second"), new(others, "third")];
        FreeCallToken token = FreeCallRig.Token(others, FreeCallRig.User);
        FreeCallUse use = FreeCallRig.Use(all[2], token.Bytes.ToArray());
        Assert.Equal((7, null), await rig.States.CountAsync(all, use, token.Bytes, default, default));
        long before = rig.Signers.Recoveries;
        (FreeCallToken issued, string? error) = await rig.States.IssueAsync(all, FreeCallRig.Use(all[2], []), null, default, default);
        Assert.Equal(before + all.Length, rig.Signers.Recoveries);
        Assert.Null(error);
        Assert.Equal(
            FreeCallRig.Token(others, FreeCallRig.User, expiry: 173_800).Signature[..64].ToArray(), issued.Signature[..64].ToArray());

        FreeCallUse ofNone = FreeCallRig.Use(new FreeCallOffer(others, "fourth"), token.Bytes.ToArray());
        Assert.StartsWith(
            "sign is not valid", (await rig.States.CountAsync(all, ofNone, token.Bytes, default, default)).Error, StringComparison.Ordinal);
    }

    private static ValueTask<(FreeCallToken Token, string? Error)> IssueAsync(
        FreeCallRig rig, ulong? lifetime = null, ulong block = 1_000) =>
        rig.States.IssueAsync([rig.Offer], FreeCallRig.Use(rig.Offer, [], block: block), lifetime, default, default);
}
