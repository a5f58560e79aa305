using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.Follower;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

/// <summary>Balances of the escrow contract's token: read in batches, kept for a minute, at most five requests a second.</summary>
public sealed class TokenBalanceTests
{
    private static readonly Address s_rich = AddressOf(1);

    [Fact]
    public async Task Balance_IsRead_AndKeptForAMinute()
    {
        await using var bench = new FollowerBench();
        bench.Chain.Balances[s_rich] = UInt256.FromUInt64(700);
        Assert.Equal(UInt256.FromUInt64(700), await ReadAsync(bench, s_rich));
        bench.Chain.Balances[s_rich] = UInt256.Zero;
        Assert.Equal(UInt256.FromUInt64(700), await ReadAsync(bench, s_rich));
        Assert.Equal((1, 1), (bench.Chain.Count("token"), bench.Chain.Count("balanceOf")));

        bench.Clock.Advance(TokenBalances.Kept);
        Assert.Equal(UInt256.Zero, await ReadAsync(bench, s_rich));
        Assert.Equal((1, 2), (bench.Chain.Count("token"), bench.Chain.Count("balanceOf")));
    }

    [Fact]
    [Rule(10)]
    public async Task ManyAddresses_ShareRequests_FiveASecond_AndTooManyGetNone()
    {
        await using var bench = new FollowerBench();
        TimeSpan start = Elapsed(bench);
        var allWait = new TaskCompletionSource(); // the first request goes on inside SetResult: the clock must not move meanwhile
        bench.Chain.Host("a.test").Gate = (_, _) => allWait.Task;
        Task<UInt256?>[] reads = [.. Enumerable.Range(0, TokenBalances.MaxWaiting).Select(i => ReadAsync(bench, AddressOf(i)))];
        Assert.Null(await ReadAsync(bench, AddressOf(TokenBalances.MaxWaiting)));
        Task<UInt256?> same = ReadAsync(bench, AddressOf(0));
        allWait.SetResult();

        await bench.DriveAsync([.. reads, same]);
        Assert.All(reads, read => Assert.Equal(UInt256.Zero, read.Result));
        Assert.Equal(TokenBalances.MaxWaiting, bench.Chain.Count("balanceOf"));
        Assert.True(Elapsed(bench) - start >= 9 * TokenBalances.RequestInterval, "ten requests in less than nine intervals");
    }

    [Fact]
    public async Task UnreachableNode_GivesNone_AndTheNextCallerTriesAgain()
    {
        await using var bench = new FollowerBench();
        bench.Chain.Host("a.test").Error = _ => -32_000;
        Assert.Null((await bench.DriveAsync(ReadAsync(bench, s_rich)))[0]);
        bench.Chain.Host("a.test").Error = null;
        bench.Chain.Balances[s_rich] = UInt256.One;
        bench.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(UInt256.One, (await bench.DriveAsync(ReadAsync(bench, s_rich)))[0]);
    }

    [Theory]
    [InlineData(31, false)]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void TokenAddress_IsOneWord_WithoutOtherBits(int length, bool isRead)
    {
        byte[] word = new byte[length];
        ScriptedChain.Token.WriteTo(word.AsSpan(length - Address.Size));
        Assert.Equal(isRead, EscrowCalls.TryReadToken(word, out Address token));
        Assert.Equal(isRead ? ScriptedChain.Token : default, isRead ? token : default);
        word[0] |= 1;
        Assert.False(EscrowCalls.TryReadToken(word, out _));
        Assert.False(EscrowCalls.TryReadToken(new byte[32], out _));
    }

    private static Address AddressOf(int number) => new([.. UInt256.FromUInt64((ulong)number + 1).ToBigEndian().AsSpan(12)]);

    private static TimeSpan Elapsed(FollowerBench bench) => bench.Clock.GetElapsedTime(0);

    private static Task<UInt256?> ReadAsync(FollowerBench bench, Address owner) =>
        bench.Follower.BalanceOfAsync(owner, CancellationToken.None).AsTask();
}
