using SnetGateway.Ethereum;

namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>The chain is named by its number: signatures carry none, so a wrong chain would not be noticed by them.</summary>
internal static class ChainRules
{
    public static void Check(RuleContext context)
    {
        if (context.Options.Chain.ChainId == 0)
        {
            context.AddError(
                $"{ChainOptions.Section}:{nameof(ChainOptions.ChainId)}", "missing", "Write the chain's number: 1 is the main network, 11155111 is Sepolia");
        }
    }
}
