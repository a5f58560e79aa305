using System.Collections;
using Microsoft.Extensions.Time.Testing;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Channels;

/// <summary>Whose channels these are, while the groups that are served change.</summary>
public sealed class ChannelBookTests
{
    private readonly ChannelBook _book = new([PaymentRig.OtherGroup]);
    private readonly ChannelReading _reading;

    public ChannelBookTests()
    {
        _reading =
        new FakeChain(_book, new FakeTimeProvider()).Open(
            PaymentRig.One, PaymentRig.Sender, PaymentRig.Signer, PaymentRig.Group, 1_000, 2_000);
    }

    [Fact]
    public void ChannelOfAnotherGroup_IsForeign_UntilItsGroupIsServed()
    {
        Assert.False(_book.Learn(_reading));
        Assert.True(_book.TryFindForeign(PaymentRig.One, out ChannelReading? foreign));
        Assert.Same(_reading, foreign);

        _book.Groups = [PaymentRig.OtherGroup, PaymentRig.Group];
        Assert.False(_book.TryFindForeign(PaymentRig.One, out _));
    }

    [Fact]
    [Rule(10)]
    public void GroupsReplacedWhileAChannelIsJudgedByTheOldOnes_IsNotForeignForEver()
    {
        _book.Groups = new ReplacedWhileRead(() => _book.Groups = [PaymentRig.Group]);
        Assert.False(_book.Learn(_reading));
        Assert.False(_book.TryFindForeign(PaymentRig.One, out _));
    }

    /// <summary>Groups without the channel's, that somebody replaces when they have just been gone through.</summary>
    private sealed class ReplacedWhileRead(Action replace) : IReadOnlyCollection<PaymentGroup>
    {
        public int Count => 1;

        public IEnumerator<PaymentGroup> GetEnumerator()
        {
            yield return PaymentRig.OtherGroup;
            replace();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
