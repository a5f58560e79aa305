using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Gateway.Routes;
using SnetGateway.Gateway.Validation;
using SnetGateway.Gateway.Web;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// The list of all rules across keys, in the order in which their errors are reported. Each lives beside its feature. Keys whose own value
/// is an error are unset here, so that one run finds every other error too.
/// </summary>
internal static class ConfigurationRules
{
    public static void Check(
        GatewayOptions options, IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters, ErrorList errors)
    {
        ListenerRules.Check(options.Listeners, errors);
        LedgerRules.Check(options.Ledger, errors);
        ServiceRules.Check(options.Services, options.Groups, errors);
        RouteRules.Check(routes, clusters, options.Services, errors);
        ClusterRules.Check(clusters, options.Processes, errors);
        ProgramRules.Check(options.Processes, errors, OperatingSystem.IsLinux());
        BackendRules.Check(options.Backends, clusters, options.Processes, errors);
        new KeyRules(WebOptions.Section, errors).Requires(options.Web.Origins, options.Web.CrossOrigin);
    }
}
