using SnetGateway.Gateway.Configuration;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>Random changes to a good configuration: each is taken or refused with a path, and none escapes as an exception.</summary>
public class ConfigurationMutationTests(ITestOutputHelper output)
{
    private static readonly string?[] s_texts =
    [
        null, "", " ", "0", "-1", "+1", "1e9", "99999999999999999999999999", "true", "yes", "00:00:01", "5", "-00:00:01",
        "10675199.02:48:05.4775807",
        "http://x", "http://[::1", "/{**rest}", "/{a}/{a}", "{", "*", "none", "main", "draw", "translate", "Tls12", "2.0", "\u0001",
        "\ud800",
        "fixed_price", "0.0.0.0:0", "[::]:1", "a,b", "0x1111111111111111111111111111111111111111", "\u202e", "a:b", "NaN", "Infinity",
        "1,5",
    ];

    private static readonly string[] s_names =
    [
        "Order", "Match", "Path", "0", "1", "", " ", "Metadata", "Service", "Payment", "Transforms", "HttpClient", "WebProxy", "Address",
        "Destinations",
        "Cookie", "SessionAffinity", "HealthCheck", "Active", "Cogs", "Methods", "Hosts", "Headers", "Name", "Mode", "x", "\u0007",
        "RateLimiterPolicy", "Timeout", "TimeoutPolicy", "AuthorizationPolicy", "CorsPolicy", "Enabled", "Policy", "AffinityKeyName",
        "RequestHeaderEncoding",
    ];

    [Fact]
    public async Task Read_RandomMutations_AreTakenOrReportedWithPath()
    {
        int seed = Seeds.Next(output.WriteLine);
        int taken = 0, refused = 0;
        for (int round = 0; round < 400; round++)
        {
            var random = new Random(seed + round);
            Dictionary<string, string?> values = Samples.Good();
            int changes = random.Next(1, 4);
            for (int i = 0; i < changes; i++)
            {
                Mutate(values, random);
            }

            try
            {
                ConfigurationResult result = await Samples.ReadAsync(values);
                Assert.Equal(result.IsValid, result.Errors.Count == 0);
                Assert.All(result.Errors, m => Assert.True(m.Path.Length > 0 && m.Problem.Length > 0 && m.Remedy.Length > 0));
                Assert.All(result.Errors, m => Assert.DoesNotContain(m.ToString(), c => char.IsControl(c)));
                _ = result.IsValid ? taken++ : refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"SNET_TEST_SEED={seed + round}: {e}\n{string.Join('\n', values)}");
            }
        }

        Assert.True(taken > 0 && refused > 0, $"SNET_TEST_SEED={seed}: {taken} taken, {refused} refused");
    }

    private static void Mutate(Dictionary<string, string?> values, Random random)
    {
        string key = values.Keys.ElementAt(random.Next(values.Count));
        string[] parts = key.Split(':');
        string name = s_names[random.Next(s_names.Length)];
        string? text = s_texts[random.Next(s_texts.Length)];
        switch (random.Next(6))
        {
            case 0:
                values.Remove(key);
                break;
            case 1:
                values[key] = text;
                break;
            case 2:
                values[string.Join(':', parts[..random.Next(1, parts.Length)].Append(name))] = text;
                break;
            case 3:
                values[key + ":" + name] = text;
                break;
            case 4:
                parts[random.Next(parts.Length)] = name;
                values[string.Join(':', parts)] = text;
                break;
            default:
                int at = random.Next(key.Length);
                values[key.Remove(at, 1)] = values[key];
                break;
        }
    }
}
