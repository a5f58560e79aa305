using System.Diagnostics.CodeAnalysis;
using SnetGateway.Gateway.Alerts;
using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.TestKit;
using Xunit;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace SnetGateway.Tests.Gateway.Alerts;

/// <summary>Rules over the health of instances.</summary>
public sealed class InstanceAlertsTests : IProxyStateLookup, IHeartbeatTargets
{
    private readonly TestTimeProvider _time = new();
    private readonly AlertOptions _options = new();
    private readonly ClusterState _cluster = new("math");
    private readonly InstanceAlerts _alerts;

    public InstanceAlertsTests()
    {
        _cluster.Destinations["one"] = new DestinationState("one");
        _cluster.Destinations["two"] = new DestinationState("two");
        _alerts = new InstanceAlerts(this, this, _time);
    }

    HeartbeatTargets IHeartbeatTargets.Heartbeats { get; } = new(
    [
        new HeartbeatTarget("adder", "adder-id", "daemon-id", [], ["math"], new HeartbeatOptions()),
        new HeartbeatTarget("unused", "unused", "", [], [], new HeartbeatOptions()),
    ]);

    [Fact]
    public void OneInstanceOfTwo_IsNoServiceThatIsDown()
    {
        Assert.Empty(Find());
        Set("one", DestinationHealth.Healthy);
        Set("two", DestinationHealth.Unhealthy);
        Assert.Equal([("InstanceDown", "math/two")], Find());
    }

    [Fact]
    public void LastInstance_IsTheService_ByItsNameAndItsDaemonId()
    {
        Set("one", DestinationHealth.Unhealthy);
        _cluster.Destinations["two"].Health.Passive = DestinationHealth.Unhealthy;
        Assert.Equal([("ServiceDown", "adder"), ("InstanceDown", "math/one"), ("InstanceDown", "math/two")], Find());
        Assert.Equal("daemon-id", _alerts.Find(_options).First().DaemonId);
    }

    [Fact]
    public void HealthThatChangesOften_IsFlapping_UntilTenMinutesLater()
    {
        _options.FlappingChanges = 4;
        for (int change = 1; change <= 4; change++)
        {
            Find();
            _time.Advance(TimeSpan.FromMinutes(1));
            Set("one", change % 2 == 1 ? DestinationHealth.Unhealthy : DestinationHealth.Healthy);
        }

        Assert.Equal([("InstanceFlapping", "math/one")], Find());
        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.Empty(Find());
    }

    [Fact]
    public void InstanceThatLeft_IsForgotten()
    {
        Set("one", DestinationHealth.Unhealthy);
        Assert.Equal([("InstanceDown", "math/one")], Find());
        _cluster.Destinations.Remove("one", out _);
        Assert.Empty(Find());
    }

    bool IProxyStateLookup.TryGetCluster(string id, [NotNullWhen(true)] out ClusterState? cluster) =>
        (cluster = id == "math" ? _cluster : null) is not null;

    IEnumerable<ClusterState> IProxyStateLookup.GetClusters() => [_cluster];

    bool IProxyStateLookup.TryGetRoute(string id, [NotNullWhen(true)] out RouteModel? route) => throw new NotSupportedException();

    IEnumerable<RouteModel> IProxyStateLookup.GetRoutes() => throw new NotSupportedException();

    private void Set(string instance, DestinationHealth health) => _cluster.Destinations[instance].Health.Active = health;

    private (string, string)[] Find() => [.. _alerts.Find(_options).Select(problem => (problem.Rule.Name, problem.Subject))
        .OrderBy(problem => problem.Name != "ServiceDown").ThenBy(problem => problem.Subject)];
}
