using SnetGateway.Payments.Values;
using SnetGateway.Payments.Vouchers;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Payments.Vouchers;

public sealed class ChannelCreditTests(ITestOutputHelper output)
{
    [Fact]
    public void Vouchers_InAnyOrder_EachPaysWithItsSlice_AndNoCreditIsLeft()
    {
        Random random = Seeds.Random(output.WriteLine);
        int[] totals = [.. Enumerable.Range(1, 64).Select(at => at * 10)];
        random.Shuffle(totals);
        (ChannelCredit credit, ulong authorized) = (ChannelCredit.None, 0);
        foreach (int total in totals)
        {
            (credit, authorized) = Granted(credit, authorized, (ulong)total, 10);
        }

        Assert.True(credit.IsNone);
        Assert.Equal(640ul, authorized);
    }

    [Fact]
    public void Voucher_ThatWasSpent_PaysNothing()
    {
        (ChannelCredit credit, ulong authorized) = Granted(ChannelCredit.None, 0, 20, 10);
        Assert.Null(credit.Grant(authorized, 20, 10, [], out _));
        Assert.Null(credit.Grant(authorized, 15, 10, [], out _));
        (credit, authorized) = Granted(credit, authorized, 10, 10);
        Assert.Null(credit.Grant(authorized, 10, 10, [], out _));
    }

    [Fact]
    public void Voucher_LowerThanItsPrice_UsesCredit_AndNoMoreThanThereIs()
    {
        (ChannelCredit credit, ulong authorized) = Granted(ChannelCredit.None, 0, 20, 10); // the call for the first ten failed
        Assert.Equal(10ul, credit.Total);
        Assert.Null(credit.Grant(authorized, 21, 12, [], out _));
        (credit, authorized) = Granted(credit, authorized, 21, 10);
        Assert.Equal(1ul, credit.Total);
        Assert.Null(credit.Grant(authorized, 22, 10, [], out _));
    }

    [Fact]
    public void Credit_OfAVoucherThatIsHeld_IsNotUsedByAnother()
    {
        var held = new HeldVoucher(new(0), new CreditSlice(0, 10), UInt256.Zero);
        (ChannelCredit credit, ulong authorized) = Granted(ChannelCredit.None, 0, 20, 10, held);
        Assert.Equal(UInt256.Zero, credit.Free([held]));
        Assert.Null(credit.Grant(authorized, 21, 10, [held], out _));
        Assert.NotNull(credit.Grant(authorized, 21, 10, [], out _));
    }

    [Fact]
    public void Credit_NeededByAnAdmittedCall_IsNotUsedByAnother()
    {
        (ChannelCredit credit, ulong authorized) = Granted(ChannelCredit.None, 0, 20, 10);
        var held = new HeldVoucher(new(0), new CreditSlice(20, 21), 9);
        Assert.Null(credit.Grant(authorized, 22, 10, [held], out _));
        Assert.NotNull(credit.Grant(authorized, 31, 10, [held], out CreditSlice own));
        Assert.Equal(new CreditSlice(21, 31), own);
        Assert.Null(credit.Grant(authorized, 21, 10, [held], out _)); // a copy
    }

    [Fact]
    public void NextNonce_KeepsTheCredit_WithoutItsPlaces()
    {
        (ChannelCredit credit, _) = Granted(ChannelCredit.None, 0, 20, 10);
        ChannelCredit next = credit.AtNextNonce();
        Assert.Equal(10ul, next.Total);
        Assert.Equal(0, next.Open.Length);
        (next, _) = Granted(next, 0, 1, 10);
        Assert.Equal(1ul, next.Total);
    }

    [Fact]
    public void Slices_BeyondThoseThatAreKept_RemainCredit()
    {
        (ChannelCredit credit, ulong authorized) = (ChannelCredit.None, 0);
        for (ulong at = 1; at <= 100; at++)
        {
            (credit, authorized) = Granted(credit, authorized, at * 20, 10);
        }

        Assert.Equal(ChannelCredit.MaxOpen, credit.Open.Length);
        Assert.Equal(1_000ul, credit.Total);
        Assert.Equal(360ul, credit.Loose);
        Assert.Null(credit.Grant(authorized, 10, 10, [], out _)); // its slice has no place any more
        Assert.NotNull(credit.Grant(authorized, 1_990, 10, [], out _));
    }

    /// <summary>Beside a model that knows each cog.</summary>
    [Fact]
    public void GeneratedVouchers_SignedIsSpentAndCredit_AndNoCogPaysTwice()
    {
        Random random = Seeds.Random(output.WriteLine);
        int granted = 0, refused = 0;
        for (int history = 0; history < 400; history++)
        {
            (ChannelCredit credit, ulong authorized, ulong spent) = (ChannelCredit.None, 0, 0);
            var paid = new HashSet<ulong>();
            var held = new List<HeldVoucher>();
            for (int step = 0; step < 60; step++)
            {
                ulong price = (ulong)random.Next(1, 12);
                ulong voucher = (ulong)random.Next(1, (int)authorized + 25);
                if (random.Next(6) == 0)
                {
                    held.Clear();
                }

                if (credit.Grant(authorized, voucher, price, held, out CreditSlice own) is not { } next)
                {
                    refused++;
                    continue;
                }

                if (random.Next(3) == 0)
                {
                    held.Add(new HeldVoucher(new(0), own, ((UInt256)price).SaturatingSubtract(own.Length)));
                    continue;
                }

                granted++;
                Assert.True(paid.Add(voucher), $"{voucher} paid twice");
                Assert.Equal(voucher, own.To.ToUInt64Saturating());
                Assert.True(own.Length <= (UInt256)price);
                (credit, spent, authorized) = (next, spent + price, Math.Max(authorized, voucher));
                Assert.Equal(authorized, spent + credit.Total.ToUInt64Saturating());
                UInt256 end = UInt256.Zero;
                foreach (CreditSlice slice in credit.Open)
                {
                    Assert.True((end.IsZero || slice.From > end) && slice.From < slice.To && slice.To <= (UInt256)authorized);
                    Assert.DoesNotContain(paid, one => slice.Contains(one));
                    end = slice.To;
                }
            }
        }

        Assert.True(granted > 1_000 && refused > 1_000, $"{granted} granted, {refused} refused");
    }

    private static (ChannelCredit Credit, ulong Authorized) Granted(
        ChannelCredit credit, ulong authorized, ulong voucher, ulong price, params HeldVoucher[] others)
    {
        ChannelCredit? next = credit.Grant(authorized, voucher, price, others, out _);
        Assert.NotNull(next);
        return (next, Math.Max(authorized, voucher));
    }
}
