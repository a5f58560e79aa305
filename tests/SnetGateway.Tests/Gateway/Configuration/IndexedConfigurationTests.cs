using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.ConfigurationKeys;
using SnetGateway.Gateway.Validation;
using Xunit;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>Reading by an index gives what the framework's own sources give.</summary>
public sealed class IndexedConfigurationTests
{
    private static readonly string[] s_names = ["a", "A", "b", "Bc", "bC", "0", "1", "10", "2", "", " ", "é", "É", "x:y", "a:", ":"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Read_AnyJsonAndOverrides_AsTheFramework(int seed)
    {
        var random = new Random(seed);
        int compared = 0;
        for (int i = 0; i < 500; i++)
        {
            byte[] file = Encoding.UTF8.GetBytes(Object(random, 0).ToJsonString());
            string[] overrides = [.. Enumerable.Range(0, random.Next(4))
                .Select(_ => $"--{string.Join(':', Enumerable.Range(0, random.Next(1, 4)).Select(_ => s_names[random.Next(9)]))}={i}")];
            string what = $"seed {seed}, file {i}: {Encoding.UTF8.GetString(file)} {string.Join(' ', overrides)}";

            var errors = new ErrorList();
            IReadOnlyDictionary<string, string?>? all = new ConfigurationSources(null, overrides).Read(file, errors);
            IConfigurationRoot expected;
            try
            {
                expected = Framework(file, overrides);
            }
            catch (FormatException)
            {
                Assert.False(errors.IsEmpty, what);
                continue;
            }

            Assert.True(all is not null, what);
            compared += Compare(expected, new ConfigurationRoot([new IndexedConfiguration(all)]), what);
        }

        Assert.True(compared > 1_000, $"Only {compared} keys were compared.");
    }

    private static IConfigurationRoot Framework(byte[] file, string[] overrides) => new ConfigurationBuilder()
        .AddJsonStream(ConfigurationSources.Defaults("always.json"))
        .AddJsonStream(new MemoryStream(file))
        .AddEnvironmentVariables()
        .AddCommandLine(overrides)
        .Build();

    /// <summary>
    /// Every section with its value, its children and their order. Returns how many. Which of several spellings of one key is listed is
    /// open: the framework sorts them with a sort that is not stable.
    /// </summary>
    private static int Compare(IConfiguration expected, IConfiguration actual, string what)
    {
        IConfigurationSection[] left = [.. expected.GetChildren()], right = [.. actual.GetChildren()];
        Assert.True(left.Length == right.Length, what);
        int count = left.Length;
        foreach ((IConfigurationSection of, IConfigurationSection with) in left.Zip(right))
        {
            Assert.True(of.Path.Equals(with.Path, StringComparison.OrdinalIgnoreCase), what);
            Assert.True(of.Value == with.Value && of.Exists() == with.Exists(), what);
            count += Compare(of, with, what);
        }

        return count;
    }

    private static JsonObject Object(Random random, int depth)
    {
        var result = new JsonObject();
        foreach (string name in Enumerable.Range(0, random.Next(6)).Select(_ => s_names[random.Next(s_names.Length)]).Distinct())
        {
            result.Add(name, Node(random, depth + 1));
        }

        return result;
    }

    private static JsonNode? Node(Random random, int depth) => random.Next(depth > 4 ? 4 : 7) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(100)),
        2 => JsonValue.Create(random.Next(2) == 0 ? "" : "text"),
        3 => JsonValue.Create(random.Next(2) == 0),
        4 => new JsonArray([.. Enumerable.Range(0, random.Next(13)).Select(_ => Node(random, depth + 1))]),
        _ => Object(random, depth),
    };
}
