using SnetGateway.FunctionalTests.Adversary.Attacks;

namespace SnetGateway.FunctionalTests.Adversary;

/// <summary>All attacks, in the order in which they are tried: the one list for the command, the test suite and the report.</summary>
internal static class AttackList
{
    public static IReadOnlyList<Attack> All { get; } =
    [
        new("one payment 256 times concurrently", AttackNeeds.Nothing, VoucherAttacks.AtOnceAsync),
        new("the same while a replica is killed", AttackNeeds.OwnGroup, VoucherAttacks.WhileAReplicaIsKilledAsync),
        new("the same while a member of the store is killed", AttackNeeds.OwnGroup, VoucherAttacks.WhileAMemberOfTheStoreIsKilledAsync),
        new(
            "the same while a replica is stopped between the checks and the settle, and resumed", AttackNeeds.OwnGroup,
            VoucherAttacks.WhileAReplicaIsStoppedBetweenJudgingAndSettlingAsync),
        new(
            "the same while the store's responses to a replica are lost", AttackNeeds.OwnGroup,
            VoucherAttacks.WhileTheStoresAnswersAreLostAsync) { IsLong = true },
        new(
            "the same while a replica is disconnected from the store", AttackNeeds.OwnGroup,
            VoucherAttacks.WhileAReplicaIsCutOffFromTheStoreAsync),
        new("64 calls on a plan of four", AttackNeeds.OwnGroup, TokenAttacks.PlanOfFourAsync),
        new("the same while a replica is killed, with its token again", AttackNeeds.OwnGroup, TokenAttacks.PlanWhileAReplicaIsKilledAsync),
        new("one total as a payment and for a token", AttackNeeds.OwnGroup, TokenAttacks.OneTotalByBothKindsAsync),
        new("64 free calls by spellings of one address", AttackNeeds.OwnGroup, TokenAttacks.FreeCallsBySpellingsAsync),
        new("one payment under many spellings of its numbers", AttackNeeds.Nothing, NumberAttacks.ManySpellingsAsync),
        new("huge ids, nonces and amounts", AttackNeeds.Nothing, NumberAttacks.HugeIdsAsync),
        new(
            "a payment of another group, recipient, channel or nonce", AttackNeeds.Nothing,
            SubstitutionAttacks.OfAnotherGroupOrChannelAsync),
        new("a payment of another service", AttackNeeds.OwnGroup, SubstitutionAttacks.AcrossServicesAsync),
        new("nonce rollback after a claim", AttackNeeds.RecipientKey, ClaimAttacks.NonceRollbackAsync),
        new("a claim not yet mined while the next nonce spends", AttackNeeds.OwnGroup, ClaimAttacks.ClaimNotYetMinedAsync),
        new(
            "a channel's slot held by a slow upload while a claim is due", AttackNeeds.RecipientKey,
            ClaimAttacks.TurnHeldWhileAClaimIsDueAsync),
        new("unpaid work: call, reset, again", AttackNeeds.Service, WorkAttacks.CallResetAgainAsync),
        new("the first message taken and the call reset", AttackNeeds.Nothing, WorkAttacks.AnswerTakenAndResetAsync),
        new("an upload paced past the expiry", AttackNeeds.ShortThreshold, TimeAttacks.UploadPacedPastTheExpiryAsync),
        new("a race against the expiry", AttackNeeds.Nothing, TimeAttacks.ExpiryRaceAsync),
        new("slow-loris connections and streams", AttackNeeds.Nothing, TimeAttacks.SlowLorisAsync),
        new(
            "a flood of unsigned requests while honest clients open channels", AttackNeeds.Nothing,
            ChainAttacks.FloodOfUnsignedRequestsAsync),
        new("two ledgers for one group", AttackNeeds.OwnGroup, LedgerAttacks.TwoLedgersForOneGroupAsync) { IsLong = true },
        new("WebSocket, CONNECT and HTTP/1.1 on a paid route", AttackNeeds.Nothing, HttpAttacks.OtherProtocolsAsync),
        new("header smuggling", AttackNeeds.Nothing, HttpAttacks.HeaderSmugglingAsync),
        new("decompression bombs", AttackNeeds.Nothing, WorkAttacks.DecompressionBombsAsync),
        new("streams of reflection and health that are not read", AttackNeeds.Nothing, StreamAttacks.NotReadAsync),
        new(
            "a reorganisation that removes a channel and gives its id to another", AttackNeeds.OwnGroup,
            ChainAttacks.OpeningTakenBackAsync),
        new("a reorganisation that removes a deposit", AttackNeeds.OwnGroup, ChainAttacks.DepositTakenBackAsync),
        new("a reorganisation that removes a claim", AttackNeeds.OwnGroup, ChainAttacks.ClaimTakenBackAsync),
    ];
}
