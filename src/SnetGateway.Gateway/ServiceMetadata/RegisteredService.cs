using System.Text;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>A configured service whose keys come from metadata: it names its organisation.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="OrganizationId">The organisation's id in the Registry.</param>
/// <param name="ServiceId">The service's id in the Registry.</param>
/// <param name="Group">The name of its group in the configuration.</param>
/// <param name="GroupName">The name of its group in the metadata.</param>
/// <param name="Files">Local files in place of the Registry.</param>
internal sealed record RegisteredService(
    string Name, string OrganizationId, string ServiceId, string Group, string GroupName, MetadataFiles Files)
{
    public const string Services = "SnetGateway:Services", Groups = "SnetGateway:Groups";

    /// <summary>Keys of a service, as the operator writes them.</summary>
    private const string OrganizationIdKey = "OrganizationId", ServiceIdKey = "ServiceId";
    private const string OrganizationFileKey = "OrganizationFile", ServiceFileKey = "ServiceFile";

    private const string DefaultGroup = "default_group";
    private const int MaxIdBytes = 32;

    /// <summary>The key of its section.</summary>
    public string Path => $"{Services}:{Name}";

    public DocumentId OrganizationDocument => new(OrganizationId, null);

    public DocumentId ServiceDocument => new(OrganizationId, ServiceId);

    /// <summary>The documents that come from the Registry.</summary>
    public IEnumerable<DocumentId> Published
    {
        get
        {
            if (Files.Organization is null)
            {
                yield return OrganizationDocument;
            }

            if (Files.Service is null)
            {
                yield return ServiceDocument;
            }
        }
    }

    /// <summary>All of a configuration, in the order of their names. Adds an error for an id that the Registry cannot have.</summary>
    public static IReadOnlyList<RegisteredService> Read(WrittenKeys written, ErrorList errors)
    {
        List<RegisteredService> services = [];
        foreach (string key in written.Names)
        {
            string[] parts = key.Split(ConfigurationPath.KeyDelimiter);
            bool isOne = parts.Length == 4 && IsSame($"{parts[0]}:{parts[1]}", Services) && IsSame(parts[3], OrganizationIdKey);
            if (isOne && written.Find(key) is { } organizationId)
            {
                services.Add(Read(written, parts[2], organizationId, errors));
            }
        }

        return services;
    }

    /// <summary>Whether a key names the organisation of a service.</summary>
    public static bool IsOrganizationKey(string key) => key.StartsWith($"{Services}:", StringComparison.OrdinalIgnoreCase)
        && key.EndsWith($":{OrganizationIdKey}", StringComparison.OrdinalIgnoreCase);

    private static RegisteredService Read(WrittenKeys written, string name, string organizationId, ErrorList errors)
    {
        const string Remedy = "Write the id that the Registry has";
        string path = $"{Services}:{name}", problem = $"not an id of 1 to {MaxIdBytes} bytes";
        string serviceId = written.Find($"{path}:{ServiceIdKey}") ?? "";
        errors.Check($"{path}:{ServiceIdKey}", (!IsId(serviceId), problem, Remedy));
        errors.Check($"{path}:{OrganizationIdKey}", (!IsId(organizationId), problem, Remedy));
        string? chosen = written.Find($"{path}:Group");
        string group = chosen ?? name;
        string? unknown = written.Has($"{Groups}:{group}") ? null : chosen;
        return new RegisteredService(
            name, organizationId, serviceId, group, written.Find($"{Groups}:{group}:GroupName") ?? unknown ?? DefaultGroup,
            new MetadataFiles(written.Find($"{path}:{OrganizationFileKey}"), written.Find($"{path}:{ServiceFileKey}")));
    }

    /// <summary>Whether the Registry can have an id: 1 to 32 bytes.</summary>
    public static bool IsId(string id) => id.Length > 0 && Encoding.UTF8.GetByteCount(id) <= MaxIdBytes && !id.Any(char.IsControl);

    private static bool IsSame(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Local files with metadata; null for the document of the Registry.</summary>
internal sealed record MetadataFiles(string? Organization, string? Service)
{
    public IEnumerable<string> All => new[] { Organization, Service }.OfType<string>();
}

/// <summary>Which document: an organisation's, or a service's.</summary>
/// <param name="OrganizationId">The organisation.</param>
/// <param name="ServiceId">The service; null for the document of the organisation.</param>
internal sealed record DocumentId(string OrganizationId, string? ServiceId)
{
    /// <summary>As errors and log lines name it.</summary>
    public override string ToString() => ServiceId is null
        ? $"metadata of the organisation {ErrorList.Clean(OrganizationId)}"
        : $"metadata of the service {ErrorList.Clean(OrganizationId)}/{ErrorList.Clean(ServiceId)}";
}
