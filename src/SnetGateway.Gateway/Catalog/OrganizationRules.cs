using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Catalog;

/// <summary>
/// Several organisations and groups in one gateway: each channel belongs to one organisation, and each signature of a user to one service
/// (rule 22).
/// </summary>
internal static class OrganizationRules
{
    private const string Groups = "SnetGateway:Groups";

    public static void Check(Dictionary<string, GroupOptions> groups, Dictionary<string, ServiceOptions> services, ErrorList errors)
    {
        CheckChannels(groups, errors);
        CheckSignatures(groups, services, errors);
        CheckErrors(groups, services, errors);
    }

    /// <summary>A channel has a recipient and a group id, and a prepaid token names the organisation that its channel pays.</summary>
    private static void CheckChannels(Dictionary<string, GroupOptions> groups, ErrorList errors)
    {
        var first = new Dictionary<(string, string), string>();
        foreach ((string name, GroupOptions group) in groups)
        {
            (string, string) channels = (group.GroupId, group.PaymentAddress.ToUpperInvariant());
            if (!first.TryAdd(channels, name) && groups[first[channels]].OrganizationId != group.OrganizationId)
            {
                errors.Add(
                    $"{Groups}:{name}:{nameof(group.GroupId)}",
                    $"the group {ErrorList.Quote(first[channels])} is another organization's and has the same id and payment address",
                    "Write the ids that the organization's metadata has, or one group for both");
            }
        }
    }

    /// <summary>
    /// A user's signature holds the ids of organisation, service and group as one text. Services of one group may share it: they have the
    /// same terms of free calls, and one quota.
    /// </summary>
    private static void CheckSignatures(
        Dictionary<string, GroupOptions> groups, Dictionary<string, ServiceOptions> services, ErrorList errors)
    {
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, ServiceOptions service) in services)
        {
            if (groups.GetValueOrDefault(service.Group) is { } group
                && !first.TryAdd($"{group.OrganizationId}{service.ServiceId}{group.GroupId}", name)
                && first[$"{group.OrganizationId}{service.ServiceId}{group.GroupId}"] is var other
                && services[other].Group != service.Group)
            {
                errors.Add(
                    $"{ServiceRules.Services}:{name}:{nameof(service.ServiceId)}",
                    $"users sign the same ids for the service {ErrorList.Quote(other)}, which is in another group",
                    $"Give both services one group, or each its own {nameof(service.ServiceId)}");
            }
        }
    }

    /// <summary>A request for free calls whose signature is not valid names no service: all of a host answer it alike.</summary>
    private static void CheckErrors(
        Dictionary<string, GroupOptions> groups, Dictionary<string, ServiceOptions> services, ErrorList errors)
    {
        var first = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, ServiceOptions service) in services)
        {
            foreach (string host in service.Hosts.DefaultIfEmpty(""))
            {
                if (!first.TryAdd(host, name) && HasErrors(service) != HasErrors(services[first[host]]))
                {
                    errors.Add(
                        $"{ServiceRules.Services}:{name}:{nameof(service.Hosts)}",
                        $"the service {ErrorList.Quote(first[host])} has the same host, and only one of them has FreeCalls:ReferenceErrors",
                        "Give each service its own host, or set FreeCalls:ReferenceErrors of both groups alike");
                }
            }
        }

        bool HasErrors(ServiceOptions service) => groups.GetValueOrDefault(service.Group)?.FreeCalls.ReferenceErrors == true;
    }
}
