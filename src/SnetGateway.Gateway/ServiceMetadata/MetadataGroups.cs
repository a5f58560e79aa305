using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>The `groups` of a document, of which one is used. What the others hold is not read.</summary>
internal static class MetadataGroups
{
    /// <summary>The one group of that name; null, with an error added, where there is none or more than one.</summary>
    public static DocumentField? Find(DocumentField document, string groupName)
    {
        if (document.Require("groups") is not { } groups || groups.Objects() is not { } all)
        {
            return null;
        }

        DocumentField[] named = [.. all.Where(group => group.Find("group_name")?.Is(groupName) == true)];
        if (named.Length == 1)
        {
            return named[0];
        }

        string problem = named.Length == 0 ? "there is no group" : "there are several groups";
        groups.Add($"{problem} {ErrorList.Quote(groupName)}", "Write the name of one of its groups into GroupName of the configured group");
        return null;
    }
}
