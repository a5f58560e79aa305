using System.Globalization;
using System.Net;
using System.Text.Json;

namespace SnetGateway.Benchmarks.Growth;

/// <summary>A configuration of many services in five groups, each with its own route and cluster.</summary>
internal static class GrowthConfiguration
{
    private const int Groups = 5;

    public static string Write(string folder, int services, IPEndPoint listener, IPEndPoint admin, int price = 1)
    {
        string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"services-{services}.json"));
        string next = $"{path}.next";
        File.WriteAllText(next, JsonSerializer.Serialize(Of(folder, services, listener, admin, price)));
        File.Move(next, path, overwrite: true);
        return path;
    }

    private static object Of(string folder, int services, IPEndPoint listener, IPEndPoint admin, int price) => new
    {
        Logging = new { LogLevel = new { Default = "Information" } },
        SnetGateway = new
        {
            Listeners = new { Public = new { Address = listener.ToString() }, Admin = new { Address = admin.ToString() } },
            Chain = new { Endpoints = new[] { "http://127.0.0.1:9" }, ChainId = 31337, EscrowAddress = Address(0x5e) },
            Ledger = new { Path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{services}"), "ledger.db") },
            Groups = Map(Groups, i => ($"group{i}", new
            {
                OrganizationId = $"organization{i}",
                GroupId = Convert.ToBase64String(Enumerable.Repeat((byte)(i + 1), 32).ToArray()),
                PaymentAddress = Address(i + 1),
            })),
            Services = Map(services, i => ($"service{i}", new
            {
                Group = $"group{i % Groups}",
                ServiceId = $"service{i}",
                Price = new { Cogs = (price + i).ToString(CultureInfo.InvariantCulture) },
            })),
        },
        ReverseProxy = new
        {
            Routes = Map(services, i => ($"route{i}", new
            {
                ClusterId = $"cluster{i}",
                Match = new { Path = $"/example.Service{i}/{{method}}" },
                Metadata = new { Service = $"service{i}" },
            })),
            Clusters = Map(services, i => ($"cluster{i}", new
            {
                Destinations = new { one = new { Address = $"http://127.0.0.1:{20_000 + i}" } },
            })),
        },
    };

    private static string Address(int value) => "0x" + Convert.ToHexStringLower(Enumerable.Repeat((byte)value, 20).ToArray());

    private static Dictionary<string, object> Map(int count, Func<int, (string Name, object Value)> of) =>
        Enumerable.Range(0, count).Select(of).ToDictionary(pair => pair.Name, pair => pair.Value);
}
