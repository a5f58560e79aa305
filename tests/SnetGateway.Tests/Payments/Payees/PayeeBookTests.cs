using SnetGateway.Payments.Payees;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage.Memory;
using Xunit;

namespace SnetGateway.Tests.Payments.Payees;

public sealed class PayeeBookTests : IAsyncDisposable
{
    private static readonly Address s_first = Address.Parse("0x1111111111111111111111111111111111111111");
    private static readonly Address s_second = Address.Parse("0x2222222222222222222222222222222222222222");

    private readonly MemoryRecordStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task FirstAddress_Stays_UntilItIsReplaced()
    {
        var one = new PayeeBook(_store);
        var other = new PayeeBook(_store);

        Assert.Equal(s_first, await one.AddAsync("org", "group", s_first, Token));
        Assert.Equal(s_first, await other.AddAsync("org", "group", s_second, Token));
        Assert.Equal(s_first, other.Find("org", "group"));
        Assert.Null(other.Find("org", "another"));

        await other.ReplaceAsync("org", "group", s_second, Token);
        Assert.Equal(s_second, await one.AddAsync("org", "group", s_first, Token));
        Assert.Equal(s_second, one.Find("org", "group"));
    }

    [Fact]
    public async Task OlderRecord_IsIgnored()
    {
        var book = new PayeeBook(_store);
        await book.AddAsync("org", "group", s_first, Token);
        StoredRecord? older = null;
        await foreach (StoredRecord stored in _store.ReadAllAsync(RecordKind.Payee, Token))
        {
            older = stored;
        }

        await book.ReplaceAsync("org", "group", s_second, Token);

        Assert.Equal(s_second, book.Adopt(older!));
        Assert.Equal(s_second, book.Find("org", "group"));
    }
}
