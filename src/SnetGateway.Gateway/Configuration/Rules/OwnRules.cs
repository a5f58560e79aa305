using System.ComponentModel.DataAnnotations;
using SnetGateway.Gateway.Web;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>
/// Runs what option classes say about their own keys together (<see cref="IValidatableObject"/>): what is wrong and, after a full stop, what would
/// be right.
/// </summary>
internal static class OwnRules
{
    public static void Check(GatewayOptions options, ErrorList errors)
    {
        Check(options.Ledger.Etcd, $"{LedgerOptions.Section}:{nameof(LedgerOptions.Etcd)}", errors);
        Check(options.Ledger.Redis, $"{LedgerOptions.Section}:{nameof(LedgerOptions.Redis)}", errors);
        foreach ((string name, ServiceOptions service) in options.Services)
        {
            Check(service.Heartbeat, $"{RuleContext.ServicePath(name)}:{nameof(service.Heartbeat)}", errors);
        }

        Check(options.Web, WebOptions.Section, errors);
    }

    private static void Check(IValidatableObject options, string path, ErrorList errors)
    {
        foreach (ValidationResult result in options.Validate(new ValidationContext(options)))
        {
            string[] text = (result.ErrorMessage ?? "not right").TrimEnd('.').Split(". ", 2);
            foreach (string place in result.MemberNames.DefaultIfEmpty("").Select(member => member.Length == 0 ? path : $"{path}:{member}"))
            {
                if (!errors.Touches(place))
                {
                    errors.Add(place, text[0], text.ElementAtOrDefault(1) ?? "See docs/configuration.md");
                }
            }
        }
    }
}
