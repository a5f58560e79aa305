using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Prices;
using SnetGateway.ProtoJson;
using Xunit;

namespace SnetGateway.Tests.Gateway.Prices;

/// <summary>The option of the proto files in every spelling, in several files (trap 37).</summary>
public sealed class PriceMethodsTests : IDisposable
{
    private const string Pricing = """
        syntax = "proto3"; package pricing; import "google/protobuf/descriptor.proto";
        message EstimatePrice { string estimatePriceMethod = 1; }
        message PriceInCogs { uint64 price = 1; }
        extend google.protobuf.MethodOptions { EstimatePrice my_method_option = 9999127; }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-price-methods-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("""option (pricing.my_method_option).estimatePriceMethod = "/s.S/Price";""")]
    [InlineData("""option (pricing.my_method_option) = { estimatePriceMethod: "/s.S/Price" };""")]
    [InlineData("""option (.pricing.my_method_option).estimatePriceMethod = '/s.S/' "Price";""")]
    [InlineData("""option deprecated = true; option  ( pricing . my_method_option ) . estimatePriceMethod="/s.S/Price" ;""")]
    public async Task Option_AnySpelling_Counts(string option)
    {
        ProtoSchema schema = await CompileAsync(("s.proto", Service("s", option)));
        Assert.Equal("/s.S/Price", Assert.Single(PriceMethods.Of(schema).ByMethod, pair => pair.Key == "/s.S/Go").Value);
        Assert.Single(PriceMethods.Of(schema).ByMethod);
    }

    [Fact]
    public async Task Options_OfSeveralFiles_AreMerged()
    {
        ProtoSchema schema = await CompileAsync([.. Enumerable.Range(1, 5).Select(i =>
            ($"s{i}.proto", Service($"s{i}", $"""option (pricing.my_method_option).estimatePriceMethod = "/s{i}.S/Price";""")))]);
        Assert.Equal(
            Enumerable.Range(1, 5).Select(i => KeyValuePair.Create($"/s{i}.S/Go", $"/s{i}.S/Price")),
            PriceMethods.Of(schema).ByMethod.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task OtherOptions_AreNone()
    {
        ProtoSchema schema = await CompileAsync(("s.proto", Service("s", "option deprecated = true;")));
        Assert.Empty(PriceMethods.Of(schema).ByMethod);
        Assert.Same(PriceMethods.Of(schema), PriceMethods.Of(schema));
    }

    [Theory]
    [InlineData("/s.S/Price", null)]
    [InlineData("/s.S/Signed", "returns s.SignedPrice")]
    [InlineData("/s.S/Go", "returns s.Text")]
    [InlineData("/s.S/Prise", "has such a method")]
    [InlineData("s.S/Price", "has such a method")]
    [InlineData("", "has such a method")]
    public async Task ProblemOf_MethodThatCannotNameAPrice_SaysWhy(string priceMethod, string? problem)
    {
        ProtoSchema schema = await CompileAsync(("s.proto", Service("s", "")));
        string? found = PriceMethods.ProblemOf(schema, priceMethod);
        Assert.Equal(problem is null, found is null);
        Assert.Contains(problem ?? "", found ?? "", StringComparison.Ordinal);
    }

    private static string Service(string package, string option) => $$"""
        syntax = "proto3"; package {{package}}; import "pricing.proto";
        message Text { string text = 1; }
        message SignedPrice { int64 price = 1; }
        service S {
          rpc Go(Text) returns (Text) { {{option}} }
          rpc Price(Text) returns (pricing.PriceInCogs);
          rpc Signed(Text) returns (SignedPrice);
        }
        """;

    private async Task<ProtoSchema> CompileAsync(params (string Name, string Text)[] files)
    {
        foreach ((string name, string text) in files.Append(("pricing.proto", Pricing)))
        {
            await File.WriteAllTextAsync(Path.Combine(_folder.FullName, name), text);
        }

        return await ProtoTool.Compiler().CompileFolderAsync(_folder.FullName, CancellationToken.None);
    }
}
