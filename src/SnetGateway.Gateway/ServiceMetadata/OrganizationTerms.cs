using System.Globalization;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>What the metadata of an organisation says about one of its payment groups.</summary>
/// <param name="GroupId">The group's id: base64 of 32 bytes.</param>
/// <param name="PaymentAddress">The recipient of payments.</param>
/// <param name="ExpirationThreshold">Blocks that a channel must have left, 1 to 100,000,000.</param>
/// <param name="PayeeField">The field of the recipient, for errors.</param>
internal sealed record OrganizationTerms(string GroupId, Address PaymentAddress, long ExpirationThreshold, DocumentField PayeeField)
{
    /// <summary>Reads the terms of a group; null, with errors added, where the document does not have them.</summary>
    public static OrganizationTerms? Read(DocumentField document, string organizationId, string groupName)
    {
        if (document.Find("org_id") is { } id && id.Text() is { } text && text != organizationId)
        {
            id.Add(
                $"the document is of the organisation {ErrorList.Quote(text)}, not {ErrorList.Quote(organizationId)}",
                "Publish the organisation's own document");
        }

        if (MetadataGroups.Find(document, groupName) is not { } group)
        {
            return null;
        }

        string? groupId = ReadGroupId(group);
        DocumentField? payment = group.RequireObject("payment");
        DocumentField? payeeField = payment?.Require("payment_address");
        long? threshold = payment?.Require("payment_expiration_threshold")?.Integer(1, 100_000_000);
        return payeeField?.Address() is { } payee && groupId is not null && threshold is { } blocks
            ? new OrganizationTerms(groupId, payee, blocks, payeeField)
            : null;
    }

    /// <summary>The text of the expiration threshold, for the configuration.</summary>
    public string ThresholdText => ExpirationThreshold.ToString(CultureInfo.InvariantCulture);

    private static string? ReadGroupId(DocumentField group)
    {
        if (group.Require("group_id") is not { } field || field.Text() is not { } text)
        {
            return null;
        }

        bool isId = Bytes32.TryParseBase64(text, out _);
        if (!isId)
        {
            field.Add("not a group id (base64 of exactly 32 bytes)", "Publish a document with one");
        }

        return isId ? text : null;
    }
}
