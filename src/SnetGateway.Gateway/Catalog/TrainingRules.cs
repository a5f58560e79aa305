using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Catalog;

/// <summary>A call of `training.Daemon` names no service but its host: each host has one service with training (rule 22).</summary>
internal static class TrainingRules
{
    public static void Check(Dictionary<string, ServiceOptions> services, ErrorList errors)
    {
        IEnumerable<IGrouping<string, string>> shared = services
            .Where(service => !string.IsNullOrEmpty(service.Value.Training.Address))
            .SelectMany(service => service.Value.Hosts.DefaultIfEmpty(""), (service, host) => (service.Key, Host: host.ToUpperInvariant()))
            .GroupBy(pair => pair.Host, pair => pair.Key)
            .Where(host => host.Count() > 1);
        foreach (IGrouping<string, string> host in shared)
        {
            errors.Add(
                $"{ServiceRules.Services}:{host.Last()}:{nameof(ServiceOptions.Hosts)}",
                $"the service {ErrorList.Quote(host.First())}, which also has training, has the same host",
                "Give each service with training its own host");
        }
    }
}
