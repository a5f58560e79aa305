namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>Every rule that needs more than one key to be judged, in the order in which their errors are listed.</summary>
internal static class CrossKeyRules
{
    public static void Check(RuleContext context)
    {
        ListenerRules.Check(context);
        ChainRules.Check(context);
        LedgerRules.Check(context);
        ServiceRules.Check(context);
        RouteRules.Check(context);
        ClusterRules.Check(context);
        ProgramRules.Check(context);
        BackendRules.Check(context);
    }
}
