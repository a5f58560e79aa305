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

        payees.AddNew([new("org", "group", s_first), new("org", "other", s_second)]);
        payees.AddNew([new("org", "group", s_second)]);
        Assert.Equal(s_first, payees.Find("org", "group"));

        payees.Confirm("org", "group", s_second);
        Assert.Equal(s_second, new Payees(_folder.FullName).Find("org", "group"));
        Assert.Equal(s_second, payees.Find("org", "other"));
        Assert.Single(_folder.GetFiles());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"org\\ngroup\":\"0x12\"}")]
    public void DamagedFile_IsNotAnEmptyOne(string content)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "payees.json"), content);

        Assert.Throws<InvalidDataException>(() => new Payees(_folder.FullName).Find("org", "group"));
    }
}
