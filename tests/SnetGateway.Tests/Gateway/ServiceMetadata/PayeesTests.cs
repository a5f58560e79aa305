using SnetGateway.Gateway.ServiceMetadata;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Gateway.ServiceMetadata;

public sealed class PayeesTests : IDisposable
{
    private static readonly Address s_first = Address.Parse("0x1111111111111111111111111111111111111111");
    private static readonly Address s_second = Address.Parse("0x2222222222222222222222222222222222222222");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-payees-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void FirstSeen_Stays_UntilTheOperatorConfirmsAnother()
    {
        var payees = new Payees(_folder.FullName);
        Assert.Null(payees.Find("org", "group"));

        payees.Note([new("org", "group", s_first), new("org", "other", s_second)]);
        payees.Note([new("org", "group", s_first)]);
        Assert.Equal(s_first, payees.Find("org", "group"));

        payees.Set(new("org", "group", s_second), isConfirmed: true);
        Assert.Equal(s_second, new Payees(_folder.FullName).Find("org", "group"));
        Assert.True(payees.IsConfirmed(new("org", "group", s_second)));
        Assert.False(payees.IsConfirmed(new("org", "other", s_second)));
        Assert.Equal(s_second, payees.Find("org", "other"));
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public void Ledger_ComesBeforeWhatWasSeenFirst_AndAfterWhatIsConfirmedHere()
    {
        var payees = new Payees(_folder.FullName);
        payees.Note([new("org", "group", s_first)]);
        payees.InLedger = (_, _) => s_second;
        Assert.Equal(s_second, payees.Find("org", "group"));

        payees.Set(new("org", "group", s_first), isConfirmed: true);
        Assert.Equal(s_first, payees.Find("org", "group"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"org\\ngroup\":\"0x1111111111111111111111111111111111111111\"}")]
    [InlineData("{\"org\\ngroup\":{\"Address\":\"0x12\"}}")]
    [InlineData("{\"org\\ngroup\":{}}")]
    [InlineData("{\"org\\ngroup\":null}")]
    public void DamagedFile_IsNotAnEmptyOne(string content)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "payees.json"), content);

        Assert.Throws<InvalidDataException>(() => new Payees(_folder.FullName).Find("org", "group"));
    }
}
