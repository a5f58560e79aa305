using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>What the metadata of a service says about itself and one of its payment groups.</summary>
/// <param name="Escrow">`mpe_address`: the contract at which consumers pay.</param>
/// <param name="GroupId">`group_id`; null where the document has none.</param>
/// <param name="Price">The default price.</param>
/// <param name="Hosts">The hosts of `endpoints`.</param>
/// <param name="FreeCalls">`free_calls` of the group.</param>
/// <param name="FreeCallSigner">`free_call_signer_address` of the group.</param>
/// <param name="Encoding">`encoding`: proto or json; null where the document has none.</param>
internal sealed record ServiceTerms(
    Address Escrow,
    string? GroupId,
    PriceTerms Price,
    IReadOnlyList<string> Hosts,
    int FreeCalls,
    Address? FreeCallSigner,
    string? Encoding)
{
    private const int MaxFreeCalls = 1_000_000_000;
    private const int MaxEndpoints = 100;

    /// <summary>Reads the terms for a group; null, with errors added, where the document does not have them.</summary>
    public static ServiceTerms? Read(DocumentField document, string groupName)
    {
        Address? escrow = document.Require("mpe_address")?.Address();
        string? encoding = document.FindFilled("encoding") is { } field ? ReadEncoding(field) : null;
        if (MetadataGroups.Find(document, groupName) is not { } group)
        {
            return null;
        }

        string? groupId = group.Find("group_id")?.Text();
        var price = PriceTerms.Read(group);
        IReadOnlyList<string> hosts = ReadHosts(group.Find("endpoints"));
        long? freeCalls = group.Find("free_calls") is { } calls ? calls.Integer(0, MaxFreeCalls) : 0;
        Address? signer = group.FindFilled("free_call_signer_address")?.Address();
        return escrow is { } contract && price is not null && freeCalls is { } count
            ? new ServiceTerms(contract, groupId, price, hosts, (int)count, signer, encoding)
            : null;
    }

    private static string? ReadEncoding(DocumentField field)
    {
        string? text = field.Text();
        if (text is not (null or "proto" or "json"))
        {
            field.Add("not one of: proto, json", "Publish a document with one of them");
        }

        return text;
    }

    private static List<string> ReadHosts(DocumentField? endpoints)
    {
        List<string> hosts = [];
        foreach (DocumentField endpoint in endpoints?.Elements().Take(MaxEndpoints) ?? [])
        {
            if (endpoint.Text() is not { } text)
            {
                continue;
            }

            if (Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri is { Scheme: "http" or "https", UserInfo.Length: 0 })
            {
                hosts.Add(uri.IsDefaultPort ? uri.Host : uri.Authority);
            }
            else
            {
                endpoint.Add("not an http or https URL", "Publish a document with the URL that consumers call");
            }
        }

        return [.. hosts.Distinct(StringComparer.OrdinalIgnoreCase)];
    }
}
