using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Payments.Channels;

public sealed class ConfirmedFundsTests(ITestOutputHelper output)
{
    private const ulong Depth = 10;

    private readonly Channel _channel = new(PaymentRig.One, Depth);

    [Fact]
    public void FundsOfWhichNothingIsKnown_AreConfirmedAfterTheDepth()
    {
        Read(1_000, 100);
        AssertConfirmed(0, 100 + Depth - 1);
        AssertConfirmed(1_000, 100 + Depth);
    }

    [Fact]
    public void ReadingAgain_DoesNotBeginAnew()
    {
        Read(1_000, 100);
        Read(1_000, 109);
        AssertConfirmed(1_000, 110);
    }

    [Fact]
    public void TopUpEachBlock_WaitsAtMostTwiceTheDepth()
    {
        for (ulong block = 100; block < 200; block++)
        {
            Read(block, block);
            if (block >= 100 + (2 * Depth))
            {
                Assert.True(ConfirmedAt(block) >= block - (2 * Depth));
            }
        }
    }

    [Fact]
    public void ClaimBeforeTheDepositIsConfirmed_TakesFromWhatWasThereFirst()
    {
        Read(1_000, 100);
        Read(1_500, 120);
        Sign(1_000, 0);
        Read(500, 125, nonce: 1);
        AssertConfirmed(0, 129);
        AssertConfirmed(500, 130);
    }

    [Fact]
    public void DepositHiddenBehindAClaimInOneReading_IsNotConfirmedWithIt()
    {
        Read(1_000, 100);
        Sign(900, 0);
        Read(1_000, 150, nonce: 1); // 900 claimed, 900 put in
        AssertConfirmed(100, 151);
        AssertConfirmed(1_000, 160);
    }

    [Fact]
    public void Reorganisation_WhatWasConfirmedStaysSo_AndTheRestWaitsAnew()
    {
        Read(1_000, 100);
        Read(1_500, 120);
        _channel.MarkReorganised(default);
        _channel.Apply(Reading(1_400, 122, 0), afterReorganisation: true);
        AssertConfirmed(1_000, 131);
        AssertConfirmed(1_400, 132);
    }

    [Fact]
    public void ReorganisationThatGaveTheIdToOthers_NothingIsConfirmed()
    {
        Read(1_000, 100);
        _channel.Apply(Reading(1_000, 120, 0) with { Sender = PaymentRig.Stranger }, afterReorganisation: true);
        AssertConfirmed(0, 129);
        AssertConfirmed(1_000, 130);
    }

    /// <summary>
    /// Whatever comes in whatever order, read at each block or not: never more is confirmed than would be left if all deposits of the last
    /// blocks were undone, and all is confirmed when nothing came for so many blocks.
    /// </summary>
    [Fact]
    [Rule(13)]
    public void RandomDepositsClaimsAndReadings_NeverMoreThanWouldBeLeft()
    {
        Random random = Seeds.Random(output.WriteLine);
        for (int round = 0; round < 200; round++)
        {
            var channel = new Channel(PaymentRig.One, Depth);
            var deposits = new List<(ulong Block, ulong Cogs)>();
            ulong taken = 0, nonce = 0, signed = 0, total = 0;
            long revision = 0;
            for (ulong block = 1; block < 150; block++)
            {
                if (random.Next(6) == 0)
                {
                    ulong cogs = (ulong)random.Next(1, 1_000);
                    deposits.Add((block, cogs));
                    total += cogs;
                }

                if (channel.Chain is { } known && known.Reading.Nonce.Value == nonce && random.Next(3) == 0)
                {
                    signed = Math.Max(
                        signed, (ulong)random.NextInt64((long)Math.Min(known.Reading.Value.ToUInt64Saturating(), total - taken) + 1));
                    channel.Adopt(Record(signed, nonce, ++revision));
                }

                if (signed > 0 && random.Next(20) == 0)
                {
                    taken += random.Next(2) == 0 ? signed : (ulong)random.NextInt64((long)signed + 1);
                    (nonce, signed) = (nonce + 1, 0);
                }

                if (total > 0 && (channel.Chain is null || random.Next(3) > 0 || block > 130))
                {
                    channel.Apply(Reading(total - taken, block, nonce));
                    ulong old = deposits.Where(deposit => deposit.Block + Depth <= block)
                        .Aggregate(0UL, (sum, deposit) => sum + deposit.Cogs);
                    UInt256 confirmed = ConfirmedAt(channel, block);
                    Assert.True(confirmed <= (old > taken ? old - taken : 0), $"round {round}, block {block}: {confirmed} confirmed");
                }
            }

            if (channel.Chain is { } last)
            {
                Assert.Equal(last.Reading.Value, ConfirmedAt(channel, last.Reading.Block.Number + Depth));
            }
        }
    }

    private static ChannelReading Reading(ulong value, ulong block, ulong nonce) => new()
    {
        Id = PaymentRig.One,
        Nonce = PaymentRig.Nonce(nonce),
        Sender = PaymentRig.Sender,
        Signer = PaymentRig.Signer,
        Recipient = PaymentRig.Recipient,
        GroupId = PaymentRig.Group.Id,
        Value = value,
        Expiration = 100_000,
        Block = new ChainBlock(block, default, default),
    };

    private static ChannelRecord Record(ulong amount, ulong nonce, long revision) => new()
    {
        Revision = revision,
        Id = PaymentRig.One,
        Nonce = PaymentRig.Nonce(nonce),
        Amount = amount,
        Signature = new byte[65],
        Sender = PaymentRig.Sender,
        Signer = PaymentRig.Signer,
    };

    private static UInt256 ConfirmedAt(Channel channel, ulong head)
    {
        ChannelChainState chain = channel.Chain!;
        return chain.Reading.Value.SaturatingSubtract(chain.Confirmed.Unconfirmed(chain.Reading, head, Depth));
    }

    private UInt256 ConfirmedAt(ulong head) => ConfirmedAt(_channel, head);

    private void Read(ulong value, ulong block, ulong nonce = 0) => _channel.Apply(Reading(value, block, nonce));

    private void Sign(ulong amount, ulong nonce) => _channel.Adopt(Record(amount, nonce, (_channel.Record?.Revision ?? 0) + 1));

    private void AssertConfirmed(ulong expected, ulong head) => Assert.Equal(expected, ConfirmedAt(head));
}
