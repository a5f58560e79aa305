using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Limits;

/// <summary>A rate or a budget names a service that exists. A rate limits something, and a shared one callers who pay.</summary>
internal static class LimitRules
{
    public static void Check(LimitOptions options, Dictionary<string, ServiceOptions> services, ErrorList errors)
    {
        foreach ((string name, RateOptions rate) in options.Rates)
        {
            string path = $"{LimitOptions.Section}:{nameof(options.Rates)}:{name}";
            CheckService($"{path}:{nameof(rate.Service)}", rate.Service, services, errors);
            errors.Check($"{path}:{nameof(rate.Calls)}", (
                rate is { Calls: 0, Running: 0 }, "neither Calls nor Running is set", "Set one of them, or remove the rate"));
            errors.Check($"{path}:{nameof(rate.Burst)}", (
                rate.Burst > 0 && (rate.Calls == 0 || rate.Shared), "used only with Calls, if Shared is false", "Remove it"));
            errors.Check($"{path}:{nameof(rate.Shared)}", (
                rate.Shared && (rate.Calls == 0 || rate.Per == RateOptions.Address),
                "used only with Calls, if Per is all or payer",
                "Remove it: clients who have not paid must not cause writes to the store"));
        }

        foreach ((string name, BudgetOptions budget) in options.Budgets)
        {
            CheckService(
                $"{LimitOptions.Section}:{nameof(options.Budgets)}:{name}:{nameof(budget.Service)}", budget.Service, services, errors);
        }
    }

    private static void CheckService(string path, string? service, Dictionary<string, ServiceOptions> services, ErrorList errors)
    {
        if (!string.IsNullOrEmpty(service))
        {
            errors.CheckName(path, "service", service, services.Keys, ServiceRules.Services);
        }
    }
}
