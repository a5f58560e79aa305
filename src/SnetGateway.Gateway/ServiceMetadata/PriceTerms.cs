using System.Text.Json;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>The default price of a group in a service's metadata: one price for every call, or a price for each method.</summary>
/// <param name="Cogs">The price of every call; null where there are prices for methods.</param>
/// <param name="Methods">The prices by the paths of methods.</param>
internal sealed record PriceTerms(UInt256? Cogs, IReadOnlyDictionary<string, UInt256> Methods)
{
    private const string FixedPrice = "fixed_price", FixedPricePerMethod = "fixed_price_per_method";
    private const int MaxMethods = 10_000;

    /// <summary>Reads the first entry of `pricing` that is the default; null, with errors added, where it is not valid.</summary>
    public static PriceTerms? Read(DocumentField group)
    {
        if (group.Require("pricing") is not { } pricing || pricing.Objects() is not { } entries)
        {
            return null;
        }

        DocumentField? entry = entries.FirstOrDefault(one => one.Find("default")?.IsTrue() == true);
        if (entry is null)
        {
            pricing.Add("no entry is the default", "Publish a document in which one entry has \"default\": true");
            return null;
        }

        if (entry.Require("price_model") is not { } model)
        {
            return null;
        }

        switch (model.Value.ValueKind == JsonValueKind.String ? model.Text() : null)
        {
            case FixedPrice:
                return entry.Require("price_in_cogs")?.Cogs() is { } cogs
                    ? new PriceTerms(cogs, new Dictionary<string, UInt256>())
                    : null;
            case FixedPricePerMethod:
                return ReadMethods(entry) is { } methods ? new PriceTerms(null, methods) : null;
            default:
                model.Add($"not one of: {FixedPrice}, {FixedPricePerMethod}", "Publish a document with one of them");
                return null;
        }
    }

    private static Dictionary<string, UInt256>? ReadMethods(DocumentField entry)
    {
        var methods = new Dictionary<string, UInt256>(StringComparer.Ordinal);
        string? package = entry.FindFilled("package_name") is { } name ? name.Identifier(hasDots: true) : "";
        IReadOnlyList<DocumentField>? details = entry.Require("details")?.Objects();
        bool isWhole = package is not null && details is not null;
        foreach (DocumentField detail in details ?? [])
        {
            string? service = detail.Require("service_name")?.Identifier(hasDots: true);
            IReadOnlyList<DocumentField>? priced = detail.Require("method_pricing")?.Objects();
            isWhole &= priced is not null;
            foreach (DocumentField method in priced ?? [])
            {
                string? methodName = method.Require("method_name")?.Identifier(hasDots: false);
                UInt256? cogs = method.Require("price_in_cogs")?.Cogs();
                if (package is null || service is null || methodName is null || cogs is null)
                {
                    isWhole = false;
                    continue;
                }

                string path = $"/{(package.Length == 0 ? service : $"{package}.{service}")}/{methodName}";
                isWhole &= Add(methods, path, cogs.Value, method);
            }
        }

        if (isWhole && methods.Count == 0)
        {
            entry.Add("no method has a price", "Publish a document with the price of each method");
        }

        return isWhole && methods.Count > 0 ? methods : null;
    }

    private static bool Add(Dictionary<string, UInt256> methods, string path, UInt256 cogs, DocumentField method)
    {
        bool isFirst = methods.TryAdd(path, cogs), isOne = methods.Count <= MaxMethods;
        if (!isFirst || !isOne)
        {
            string problem = isFirst ? $"more than {MaxMethods} methods" : $"the method {ErrorList.Quote(path)} has a price already";
            method.Add(problem, "Publish a document with one price for each method");
        }

        return isFirst && isOne;
    }
}
