using System.Globalization;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Control;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Market;

namespace SnetGateway.FunctionalTests.Adversary.Attacks;

/// <summary>More calls than a plan was bought for, or than a quota has, and one signed total as a payment and as a purchase.</summary>
internal static class TokenAttacks
{
    private const int Copies = 64;
    private const int Bought = 4;
    private static readonly TimeSpan s_untilKnown = TimeSpan.FromSeconds(20);

    public static async Task PlanOfFourAsync(AttackRun run)
    {
        for (int round = 0; round < run.Times(20, 1); round++)
        {
            Payer payer = await run.OpenAsync();
            string token = await BuyAsync(run, payer, Bought * run.Target.Price);
            int granted = await CallAsync(run, payer.Key.Address, () => TokenHeaders(payer, token));
            MustBe(run, granted, Bought, Bought);
            await payer.GoOnAsync();
        }
    }

    public static async Task PlanWhileAReplicaIsKilledAsync(AttackRun run)
    {
        for (int round = 0; round < run.Times(9, 1); round++)
        {
            GatewayProcess victim = run.Group.Gateways[run.Random.Next(run.Group.Gateways.Count)];
            Payer payer = await run.OpenAsync();
            string token = await BuyAsync(run, payer, Bought * run.Target.Price);
            Task<int> calls = CallAsync(run, payer.Key.Address, () => TokenHeaders(payer, token));
            await victim.KillAsync();
            await victim.StartAgainAsync();
            await victim.WaitUntilReadyAsync();
            MustBe(run, await calls + await CallAsync(run, payer.Key.Address, () => TokenHeaders(payer, token)), 0, Bought);
            await payer.GoOnAsync();
        }
    }

    /// <summary>At all replicas at once: who pays with the total, and who buys a token with it and uses that.</summary>
    public static async Task OneTotalByBothKindsAsync(AttackRun run)
    {
        Payer payer = await run.OpenAsync();
        await payer.PayAsync();
        for (int round = 0; round < run.Times(20, 3); round++)
        {
            ulong total = payer.Next;
            Task<RawReply[]> paying = payer.StormAsync(total, 2 * run.Everywhere.Count);
            string?[] tokens = await Task.WhenAll(run.Everywhere.Select(gateway => TryBuyAsync(run, payer, total, gateway)));
            int granted = (await paying).Count(IsGrant);
            foreach (string token in tokens.OfType<string>().Distinct())
            {
                granted += await CallAsync(run, payer.Key.Address, () => TokenHeaders(payer, token), 2 * run.Everywhere.Count);
            }

            MustBe(run, granted, 1, 1);
            payer.Signed = total;
        }
    }

    /// <summary>Spellings of one address share its quota of three, at all replicas at once.</summary>
    public static async Task FreeCallsBySpellingsAsync(AttackRun run)
    {
        for (int round = 0; round < run.Times(20, 1); round++)
        {
            PrivateKey user = run.NewAccount();
            string lower = user.Address.ToString();
            string[] spellings = [AddressText.Checksum(user.Address), lower, $"0x{lower[2..].ToUpperInvariant()}"];
            ulong block = await run.Target.Chain.HeadAsync();
            byte[] token = await FreeTokenAsync(run, user, spellings[0], block);
            int next = 0;
            int granted = await CallAsync(run, user.Address, () =>
            {
                string spelling = spellings[next++ % spellings.Length];
                return
                [
                    .. Call(run),
                    (PaymentMetadata.Type, "free-call"),
                    (PaymentMetadata.FreeCallUserAddress, spelling),
                    (PaymentMetadata.CurrentBlock, block.ToString(CultureInfo.InvariantCulture)),
                    (PaymentMetadata.FreeCallToken, Convert.ToBase64String(token)),
                    (PaymentMetadata.ChannelSignature, Convert.ToBase64String(SignFree(run, user, spelling, block, token))),
                ];
            });
            MustBe(run, granted, OwnGroup.FreeCalls, OwnGroup.FreeCalls);
        }
    }

    private static bool IsGrant(RawReply reply) => reply.Status == 0 || reply.Body.Length > 0;

    private static void MustBe(AttackRun run, int granted, int least, int most)
    {
        run.Counts.Notes.Add($"{granted} granted");
        if (granted < least || granted > most)
        {
            run.Counts.Problem($"{granted} calls were granted instead of {most}");
        }
    }

    /// <summary>Calls at all replicas at once. Each counts as a payment of its own; the caller knows how many may be granted.</summary>
    private static async Task<int> CallAsync(
        AttackRun run, Address payer, Func<List<(string Name, string Value)>> headers, int copies = Copies)
    {
        RawReply[] replies = await Task.WhenAll(Enumerable.Range(0, copies).Select(copy => run.CallAsync(
            run.Everywhere[copy % run.Everywhere.Count], new Payment(payer, UInt256.MaxValue, (ulong)run.Counts.Attempts, (ulong)copy),
            headers())));
        return replies.Count(IsGrant);
    }

    private static List<(string Name, string Value)> Call(AttackRun run) =>
    [
        (":method", "POST"), (":scheme", run.Target.Gateways[0].Scheme), (":path", run.Target.Method),
        (":authority", run.Target.Gateways[0].Authority), ("content-type", Wire.ContentType), ("te", "trailers"),
    ];

    private static List<(string Name, string Value)> TokenHeaders(Payer payer, string token) =>
    [
        .. payer.Unpaid(),
        (PaymentMetadata.Type, "prepaid-call"),
        (PaymentMetadata.ChannelId, payer.Channel.ToString()),
        ("snet-prepaid-auth-token-bin", Convert.ToBase64String(Encoding.ASCII.GetBytes(token))),
    ];

    /// <summary>The gateway must know the newest block within a few, which it does in a moment.</summary>
    private static async Task<string> BuyAsync(AttackRun run, Payer payer, ulong total)
    {
        string? token = null;
        await TestKit.Processes.Eventually.TrueAsync(
            "a token is bought", async () => (token = await TryBuyAsync(run, payer, total, 0)) is not null, s_untilKnown);
        return token!;
    }

    private static async Task<string?> TryBuyAsync(AttackRun run, Payer payer, ulong total, int gateway)
    {
        ulong block = await run.Target.Chain.HeadAsync();
        byte[] claim = payer.Sign(total);
        try
        {
            return (await new TokenService.TokenServiceClient(run.Http.ChannelTo(run.Target.Gateways[gateway])).GetTokenAsync(
                new TokenRequest
                {
                    ChannelId = payer.Channel.Value.ToUInt64Saturating(),
                    CurrentNonce = payer.Nonce,
                    SignedAmount = total,
                    CurrentBlock = block,
                    ClaimSignature = ByteString.CopyFrom(claim),
                    Signature = ByteString.CopyFrom(
                        payer.Key.SignMessage([.. claim, .. UInt256.FromUInt64(block).ToBigEndian()])),
                }).ResponseAsync.WithTimeout()).Token;
        }
        catch (RpcException)
        {
            return null;
        }
    }

    private static async Task<byte[]> FreeTokenAsync(AttackRun run, PrivateKey user, string address, ulong block)
    {
        byte[] token = [];
        await TestKit.Processes.Eventually.TrueAsync(
            "a free-call token is issued",
            async () =>
            {
                var request = new GetFreeCallTokenRequest
                {
                    Address = address,
                    CurrentBlock = block,
                    Signature = ByteString.CopyFrom(SignFree(run, user, address, block, [])),
                };
                token = (await new FreeCallStateService.FreeCallStateServiceClient(run.Http.ChannelTo(run.Target.Gateways[0]))
                    .GetFreeCallTokenAsync(request).ResponseAsync.WithTimeout()).Token.ToByteArray();
                return token.Length > 0;
            },
            s_untilKnown);
        return token;
    }

    private static byte[] SignFree(AttackRun run, PrivateKey user, string address, ulong block, byte[] token)
    {
        ChainState chain = run.Group.Chain.State;
        return user.SignMessage(
        [
            .. Encoding.UTF8.GetBytes($"__prefix_free_trial{address}{chain.OrganizationId}{OwnGroup.Service}{chain.GroupIdBase64}"),
            .. UInt256.FromUInt64(block).ToBigEndian(), .. token,
        ]);
    }
}
