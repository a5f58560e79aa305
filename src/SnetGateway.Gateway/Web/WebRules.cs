using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Web;

internal static class WebRules
{
    public static void Check(WebOptions options, ErrorList errors) => errors.AddIf(
        !options.CrossOrigin && options.Origins.Length > 0,
        $"{WebOptions.Section}:{nameof(options.Origins)}",
        "origins are listed, and CrossOrigin is false, so none may call",
        "Remove them, or write true into CrossOrigin");
}
