using SnetGateway.Gateway.Control.Training;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Training;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Training;

/// <summary>`get_all_models`: who sees what, filters, pages; and the bound of a signer's requests.</summary>
public sealed class TrainingListTests
{
    private static readonly Address s_owner = Address.Parse("0x00000000000000000000000000000000000000aa");
    private static readonly Address s_other = Address.Parse("0x00000000000000000000000000000000000000bb");
    private static readonly DateTimeOffset s_day = new(2026, 5, 9, 0, 0, 0, TimeSpan.Zero);

    private static readonly TrainingModel[] s_models =
    [
        Model("own"),
        Model("shared") with { Creator = s_other, Addresses = [s_owner], Name = "Shared Name" },
        Model("public") with { Creator = s_other, IsPublic = true, Status = (byte)Status.ReadyToUse },
        Model("foreign") with { Creator = s_other },
    ];

    [Fact]
    public void User_SeesOwnSharedAndPublicModels() => Assert.Equal(["own", "public", "shared"], List(new AllModelsRequest()));

    [Fact]
    public void Filters_AllMustFit()
    {
        Assert.Equal(["shared"], List(new AllModelsRequest { Name = "shared n" }));
        Assert.Equal(["public"], List(new AllModelsRequest { Statuses = { Status.ReadyToUse, Status.Errored } }));
        Assert.Equal(["own", "shared"], List(new AllModelsRequest { IsPublic = false }));
        Assert.Equal(["own"], List(new AllModelsRequest { CreatedByAddress = "00AA" }));
        Assert.Equal(["own", "public", "shared"], List(new AllModelsRequest { GrpcMethodName = "ad", GrpcServiceName = "Calc" }));
        Assert.Empty(List(new AllModelsRequest { GrpcMethodName = "Ad" }));
    }

    [Theory]
    [InlineData(0, 2, new[] { "own", "public" })]
    [InlineData(1, 2, new[] { "shared" })]
    [InlineData(2, 2, new string[0])]
    [InlineData(ulong.MaxValue, ulong.MaxValue, new string[0])]
    [InlineData(0, ulong.MaxValue, new[] { "own", "public", "shared" })]
    [InlineData(1, 0, new string[0])]
    public void Pages_BeginAtZero_AndNoNumberIsTooLarge(ulong page, ulong size, string[] ids) =>
        Assert.Equal(ids, List(new AllModelsRequest { Page = page, PageSize = size }));

    [Fact]
    public void Model_AsItsUsersGetIt()
    {
        ModelResponse response = TrainingMessages.Of(s_models[1]);
        Assert.Equal("09-05-2026", response.CreatedDate);
        Assert.Equal([s_owner.ToString(), s_other.ToString()], response.AddressList);
        Assert.Equal(s_other.ToString(), response.CreatedByAddress);
    }

    [Fact]
    public void Signer_HasItsRequestsPerMinute_AndOthersHaveTheirs()
    {
        var time = new TestTimeProvider();
        var budget = new CallerBudget<Address>(time);
        Assert.All(Enumerable.Range(0, TrainingRequests.PerMinute), _ => Assert.True(budget.TryTake(s_owner, TrainingRequests.PerMinute)));
        Assert.False(budget.TryTake(s_owner, TrainingRequests.PerMinute));
        Assert.True(budget.TryTake(s_other, TrainingRequests.PerMinute));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(budget.TryTake(s_owner, TrainingRequests.PerMinute));
    }

    private static IEnumerable<string> List(AllModelsRequest request) =>
        TrainingMessages.Page(s_models, s_owner, request, TrainingDaemon.MaxListed).Select(model => model.ModelId);

    private static TrainingModel Model(string id) => new()
    {
        Scope = default,
        Id = id,
        Creator = s_owner,
        GrpcMethod = "add",
        GrpcService = "Calculator",
        CreatedAt = s_day,
        UpdatedAt = s_day,
        UpdatedBy = s_owner,
    };
}
