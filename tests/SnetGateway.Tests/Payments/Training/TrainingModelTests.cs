using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Training;
using SnetGateway.Payments.Values;
using SnetGateway.Storage.Memory;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Training;

/// <summary>The records of models: bytes, conditional writes, replicas, and lists that nothing can disagree with.</summary>
public sealed class TrainingModelTests
{
    private static readonly Bytes32 s_scope = TrainingModels.ScopeOf("org", "svc", "group");
    private static readonly Address s_owner = Address.Parse("0x00000000000000000000000000000000000000aa");
    private static readonly Address s_friend = Address.Parse("0x00000000000000000000000000000000000000bb");
    private static readonly DateTimeOffset s_day = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ScriptedStore _store = new();

    [Fact]
    public async Task Record_OfFormat1_StaysReadable()
    {
        byte[] bytes = TrainingModelCodec.Write(Model("m") with { Addresses = [s_friend], IsPublic = true, Name = "n", Status = 3 });
        Assert.Equal(
            "01" + Convert.ToHexStringLower(s_scope.ToBytes()) + "00016d" + "00000000000000000000000000000000000000aa"
                + "01" + "00000000000000000000000000000000000000bb" + "01" + "00016e" + "0000" + "0003616464" + "000a43616c63756c61746f72"
                + "0000" + "03" + "0000019de0d5c800" + "0000019de0d5c800" + "00000000000000000000000000000000000000aa",
            Convert.ToHexStringLower(bytes));
        await Assert.ThrowsAsync<LedgerFormatException>(() => Task.FromResult(
            TrainingModelCodec.Read(new StoredRecord(TrainingModels.KeyOf(s_scope, "other"), 1, bytes))));
    }

    [Fact]
    public void Record_Damaged_IsAFormatErrorOrAnotherModel()
    {
        Random random = Seeds.Random(line => TestContext.Current.TestOutputHelper?.WriteLine(line));
        TrainingModel model = Model("model") with { Addresses = [s_friend, s_owner], Description = "text", DataLink = "link" };
        byte[] whole = TrainingModelCodec.Write(model);
        for (int i = 0; i < 5_000; i++)
        {
            byte[] bytes = random.Next(3) == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            for (int flips = bytes.Length == 0 ? 0 : random.Next(1, 4); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                TrainingModelCodec.Read(new StoredRecord(model.Key, 1, bytes));
            }
            catch (LedgerFormatException)
            {
                // What is expected of most of them; anything else fails the test.
            }
        }
    }

    [Fact]
    public async Task Add_IdThatWasGivenBefore_IsRefused_DeletedOrNot()
    {
        var models = new TrainingModels(_store);
        Assert.True(await models.AddAsync(Model("m"), default));
        Assert.False(await models.AddAsync(Model("m") with { Creator = s_friend }, default));
        await models.ChangeAsync(s_scope, "m", known => known with { Status = TrainingModel.Deleted }, default);
        Assert.False(await models.AddAsync(Model("m") with { Creator = s_friend }, default));
        Assert.Equal(s_owner, (await models.FindAsync(s_scope, "m", default))!.Creator);
        Assert.Empty(models.Of(s_scope));
        Assert.Equal(1, models.CountRecords(s_scope));
    }

    [Fact]
    public async Task ModelsOfAnotherService_AreNotFound()
    {
        var models = new TrainingModels(_store);
        await models.AddAsync(Model("m"), default);
        Bytes32 other = TrainingModels.ScopeOf("orgs", "vc", "group");
        Assert.Null(await models.FindAsync(other, "m", default));
        Assert.Empty(models.Of(other));
    }

    /// <summary>Two replicas: neither loses what the other has written, and what one wrote counts at the other immediately.</summary>
    [Fact]
    public async Task Replicas_ChangeOneModel_AndSeeEachOthersChanges()
    {
        _store.IsShared = true;
        TrainingModels one = new(_store), two = new(_store);
        await one.AddAsync(Model("m") with { Addresses = [s_friend] }, default);
        Assert.True((await two.FindAsync(s_scope, "m", default))!.MayBeUsedBy(s_friend));
        for (int i = 0; i < 10; i++)
        {
            await (i % 2 == 0 ? one : two).ChangeAsync(s_scope, "m", known => known with { Name = known.Name + "x" }, default);
        }

        await one.ChangeAsync(s_scope, "m", known => known with { Addresses = [] }, default);
        TrainingModel last = (await two.FindAsync(s_scope, "m", default))!;
        Assert.Equal("xxxxxxxxxx", last.Name);
        Assert.False(last.MayBeUsedBy(s_friend));
    }

    [Theory]
    [InlineData(StoreFault.Conflict, true)]
    [InlineData(StoreFault.UnknownWritten, true)]
    [InlineData(StoreFault.UnknownLost, false)]
    [InlineData(StoreFault.NotWritten, false)]
    public async Task Change_WhenTheStoreFails_IsRepeatedOrReported(StoreFault fault, bool isWritten)
    {
        var models = new TrainingModels(_store);
        await models.AddAsync(Model("m"), default);
        _store.Fail(fault);
        Task<TrainingModel?> change = models.ChangeAsync(s_scope, "m", known => known with { Name = known.Name + "new" }, default).AsTask();
        if (isWritten)
        {
            Assert.Equal("new", (await change)!.Name);
        }
        else
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => change);
        }

        Assert.Equal(isWritten ? "new" : "", (await new TrainingModels(Shared()).FindAsync(s_scope, "m", default))!.Name);
    }

    [Fact]
    public async Task LedgerCopy_TakesModels_AndKeepsTheOneThatWasChangedLater()
    {
        await using var source = new MemoryRecordStore();
        await using var target = new MemoryRecordStore();
        TrainingModels from = new(source), to = new(target);
        foreach (string id in (string[])["new", "older", "newer"])
        {
            await from.AddAsync(Model(id) with { Name = "source" }, default);
        }

        await to.AddAsync(Model("older") with { Name = "target", UpdatedAt = s_day.AddDays(-1) }, default);
        await to.AddAsync(Model("newer") with { Name = "target", UpdatedAt = s_day.AddDays(1) }, default);
        using var copy = new LedgerCopy(source, target, target, append: null);
        await copy.RunAsync(default);
        List<string> names = [];
        await foreach (StoredRecord stored in target.ReadAllAsync(RecordKind.TrainedModel, default))
        {
            TrainingModel model = TrainingModelCodec.Read(stored);
            names.Add($"{model.Id} of {model.Name}");
        }

        Assert.Equal(["new of source", "newer of target", "older of source"], names.Order(StringComparer.Ordinal));
    }

    private static TrainingModel Model(string id) => new()
    {
        Scope = s_scope,
        Id = id,
        Creator = s_owner,
        GrpcMethod = "add",
        GrpcService = "Calculator",
        CreatedAt = s_day,
        UpdatedAt = s_day,
        UpdatedBy = s_owner,
    };

    private ScriptedStore Shared()
    {
        _store.IsShared = true;
        return _store;
    }
}
