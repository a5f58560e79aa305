using System.Collections.Frozen;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Payments.FreeCalls;

/// <summary>The checks F2 to F7 of docs/protocol/prepaid-and-free-calls.md, in their order.</summary>
public sealed class FreeCallChecksTests
{
    private const string NotAllowed = "sign is not valid: you are not Authorized to call this service during curation process";

    private static readonly FreeCallTerms s_terms = FreeCallRig.Terms();

    /// <summary>Each row has every later fault too, so that the order decides.</summary>
    public static TheoryData<string, int, string> Order() => new()
    {
        { "short signature", 16, "sign is not valid: incorrect signature length" },
        { "broken signature", 16, "sign is not valid: incorrect signature data" },
        { "signed by another", 16, $"sign is not valid: unauthorized signer: {FreeCallRig.UserText} not equal {FreeCallRig.Other}, maybe "
            + "invalid signature struct" },
        { "short token", 16, "sign is not valid: incorrect signature length" },
        { "broken token", 16, "sign is not valid: incorrect signature data" },
        { "foreign token", 16, "token sign is not valid" },
        { "old token", 13, "internal error: authentication failed as the Free Call Token passed has expired" },
        { "old signature", 13, "internal error: authentication failed as the signature passed has expired" },
        { "used up", 13, "internal error: free call limit has been exceeded, calls made = 0, total free calls eligible = 0" },
    };

    [Theory]
    [MemberData(nameof(Order))]
    public async Task Faults_FirstOneDecides(string fault, int status, string text)
    {
        string[] faults = [.. Order().Select(row => row.Data.Item1)];
        int rank = Array.IndexOf(faults, fault);
        var rig = new FreeCallRig(FreeCallRig.Terms(calls: 0));
        ulong expiry = rank <= 6 ? 999UL : 1_000;
        FreeCallToken token = rank switch
        {
            3 => FreeCallToken.Create(new byte[64], expiry),
            4 => FreeCallToken.Create(new byte[65], expiry),
            <= 5 => FreeCallRig.Token(FreeCallRig.Terms(provider: FreeCallRig.Other), FreeCallRig.User, expiry: expiry),
            _ => rig.Token(expiry: expiry),
        };
        FreeCallUse use = FreeCallRig.Use(
            rig.Offer, token.Bytes.ToArray(), block: rank <= 7 ? 994UL : 995, by: rank <= 2 ? FreeCallRig.Other : null);
        use = rank switch
        {
            0 => use with { Signature = use.Signature[..64] },
            1 => use with { Signature = new byte[65] },
            _ => use,
        };

        PaymentRefusal? refusal = (await rig.AdmitAsync(use, token)).Refusal;

        Assert.Equal((status, text), (refusal!.StatusCode, refusal.Message));
        Assert.Equal(0, rig.Store.Commits);
    }

    public static TheoryData<string> Foreign => ["organization", "group name", "user", "user id", "key", "expiry"];

    [Theory]
    [MemberData(nameof(Foreign))]
    public async Task TokenOfSomethingElse_IsNotThisProviders(string what)
    {
        var rig = new FreeCallRig();
        FreeCallToken token = what switch
        {
            "organization" => FreeCallRig.Token(FreeCallRig.Terms(organization: "other"), FreeCallRig.User),
            "group name" => FreeCallRig.Token(FreeCallRig.Terms(groupName: "other"), FreeCallRig.User),
            "user" => rig.Token(FreeCallRig.Other),
            "user id" => rig.Token(userId: "somebody"),
            "key" => FreeCallRig.Token(FreeCallRig.Terms(provider: FreeCallRig.Other), FreeCallRig.User),
            _ => FreeCallToken.Create(rig.Token(expiry: 100_000).Signature.Span, 100_001),
        };
        PaymentRefusal? refusal = (await rig.AdmitAsync(FreeCallRig.Use(rig.Offer, token.Bytes.ToArray()), token)).Refusal;
        Assert.Equal((16, "token sign is not valid"), (refusal!.StatusCode, refusal.Message));
    }

    [Theory]
    [InlineData("service")]
    [InlineData("group id")]
    [InlineData("organization")]
    [InlineData("block")]
    [InlineData("spelling")]
    [InlineData("user id")]
    [InlineData("no token")]
    public async Task SignatureOverSomethingElse_IsNotTheUsers(string what)
    {
        var rig = new FreeCallRig();
        FreeCallToken token = rig.Token();
        byte[] bytes = token.Bytes.ToArray();
        FreeCallUse right = FreeCallRig.Use(rig.Offer, bytes);
        FreeCallUse other = what switch
        {
            "service" => FreeCallRig.Use(new FreeCallOffer(s_terms, "other"), bytes),
            "group id" => FreeCallRig.Use(new FreeCallOffer(FreeCallRig.Terms(groupId: "R2"), "svc"), bytes),
            "organization" => FreeCallRig.Use(new FreeCallOffer(FreeCallRig.Terms(organization: "o"), "svc"), bytes),
            "block" => FreeCallRig.Use(rig.Offer, bytes, block: 1_001),
            "spelling" => FreeCallRig.Use(rig.Offer, bytes, FreeCallRig.UserText.ToLowerInvariant()),
            "user id" => FreeCallRig.Use(rig.Offer, bytes, userId: "x"),
            _ => FreeCallRig.Use(rig.Offer, []),
        };
        PaymentRefusal? refusal = (await rig.AdmitAsync(right with { Signature = other.Signature }, token)).Refusal;
        Assert.Equal(16, refusal!.StatusCode);
        Assert.StartsWith($"sign is not valid: unauthorized signer: {FreeCallRig.UserText} not equal 0x", refusal.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignatureWithV0Or1_IsAccepted()
    {
        var rig = new FreeCallRig();
        FreeCallToken token = rig.Token();
        FreeCallUse use = FreeCallRig.Use(rig.Offer, token.Bytes.ToArray());
        byte[] signature = use.Signature.ToArray();
        signature[64] -= 27;
        Assert.Null((await rig.AdmitAsync(use with { Signature = signature }, token)).Refusal);
    }

    [Theory]
    [InlineData(994UL, false)]
    [InlineData(995UL, true)]
    [InlineData(1_005UL, true)]
    [InlineData(1_006UL, false)]
    [InlineData(ulong.MaxValue, false)]
    public async Task BlockNumber_FiveBesideTheHead(ulong block, bool isRecent)
    {
        var rig = new FreeCallRig();
        FreeCallToken token = rig.Token();
        PaymentRefusal? refusal = (await rig.AdmitAsync(FreeCallRig.Use(rig.Offer, token.Bytes.ToArray(), block: block), token)).Refusal;
        Assert.Equal(isRecent, refusal is null);
        Assert.Equal(block > 1_005 ? 1 : 0, rig.Chain.HeadRefreshes);
    }

    [Fact]
    [Rule(11)]
    public async Task BlockNumberAboveTheHead_GetsOneFreshRead()
    {
        var rig = new FreeCallRig { Chain = { NextHead = 1_020 } };
        FreeCallToken token = rig.Token();
        Assert.Null((await rig.AdmitAsync(FreeCallRig.Use(rig.Offer, token.Bytes.ToArray(), block: 1_022), token)).Refusal);
    }

    [Fact]
    [Rule(12)]
    public async Task ChainUnreachable_CallsAreServedUntilTheBound()
    {
        var rig = new FreeCallRig();
        rig.Chain.Outage = ChannelReadResult.Unreachable;
        rig.Time.Advance(PaymentRig.Bound);
        FreeCallToken token = rig.Token();
        FreeCallUse use = FreeCallRig.Use(rig.Offer, token.Bytes.ToArray(), block: 1_025);
        Assert.Null((await rig.AdmitAsync(use, token)).Refusal);

        rig.Time.Advance(TimeSpan.FromTicks(1));
        PaymentRefusal? refusal = (await rig.AdmitAsync(use, token)).Refusal;
        Assert.Equal(
            (13, "internal error: error determining current block: the blockchain cannot be read now"),
            (refusal!.StatusCode, refusal.Message));
    }

    [Fact]
    public async Task Token_IsVerifiedOnce_AndItsUseOnceForABlock()
    {
        var rig = new FreeCallRig();
        for (int call = 0; call < 3; call++)
        {
            Assert.Null(await rig.CallAsync());
        }

        Assert.Equal(2, rig.Signers.Recoveries);
    }

    [Fact]
    public async Task UseOfAnotherBlockSignatureAddressTextUserOrService_IsVerifiedAgain()
    {
        var rig = new FreeCallRig(FreeCallRig.Terms(calls: 100));
        FreeCallToken token = rig.Token();
        byte[] bytes = token.Bytes.ToArray();
        FreeCallUse first = FreeCallRig.Use(rig.Offer, bytes);
        Assert.Null((await rig.AdmitAsync(first, token)).Refusal);
        long before = rig.Signers.Recoveries;
        Assert.Null((await rig.AdmitAsync(first, token)).Refusal);
        Assert.Equal(before, rig.Signers.Recoveries);

        string lower = FreeCallRig.UserText.ToLowerInvariant();
        byte[] damaged = first.Signature.ToArray();
        damaged[0] ^= 2;
        (FreeCallUse Use, bool IsRight)[] others =
        [
            (FreeCallRig.Use(rig.Offer, bytes, block: 1_001), true),
            (first with { CurrentBlock = UInt256.FromUInt64(1_002) }, false),
            (FreeCallRig.Use(rig.Offer, bytes, lower), true),
            (first, true),
            (first with { Signature = damaged }, false),
            (first with { Signature = first.Signature[..64] }, false),
            (first with { User = first.User with { UserId = "user" } }, false),
            (first with { User = first.User with { Address = FreeCallRig.Other } }, false),
            (FreeCallRig.Use(new FreeCallOffer(rig.Offer.Terms, "second"), bytes), false),
        ];
        foreach ((FreeCallUse use, bool isRight) in others)
        {
            Assert.Equal(isRight, (await rig.AdmitAsync(use, token)).Refusal is null);
        }
    }

    [Fact]
    public async Task KnownToken_WithAnotherExpiry_IsVerifiedAgain()
    {
        var rig = new FreeCallRig();
        Assert.Null(await rig.CallAsync());
        FreeCallToken known = rig.Token();
        var longer = FreeCallToken.Create(known.Signature.Span, known.ExpiryBlock + 1);
        Assert.Equal(
            "token sign is not valid",
            (await rig.AdmitAsync(FreeCallRig.Use(rig.Offer, longer.Bytes.ToArray()), longer)).Refusal!.Message);
    }

    [Fact]
    public async Task AllowedUsers_OthersAreRefusedByTheSigner()
    {
        var rig = new FreeCallRig(allowed: new[] { FreeCallRig.Other }.ToFrozenSet());
        FreeCallToken token = rig.Token();
        FreeCallUse use = FreeCallRig.Use(rig.Offer, token.Bytes.ToArray());
        PaymentRefusal? refusal = (await rig.AdmitAsync(use, token)).Refusal;
        Assert.Equal((16, NotAllowed), (refusal!.StatusCode, refusal.Message));

        rig = new FreeCallRig(allowed: new[] { FreeCallRig.User }.ToFrozenSet());
        Assert.Null((await rig.AdmitAsync(use, token)).Refusal);
    }
}
