using System.Globalization;
using SnetGateway.Gateway.ServiceMetadata.Protos;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>
/// Configuration keys from metadata, for what the operator has not configured. The operator's keys come first, and some are the operator's
/// alone: the contract is compared and never taken (docs/registry.md, 'Who decides what').
/// </summary>
internal sealed class MetadataKeys(WrittenKeys written, Payees confirmed, ErrorList errors)
{
    private const string EscrowKey = "SnetGateway:Chain:EscrowAddress";

    private readonly Dictionary<string, string?> _keys = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<GroupPayee> _payees = [];
    private readonly List<HeldPayee> _held = [];
    private readonly List<ServiceProtos> _protos = [];
    private readonly ErrorList _warnings = new();

    public IReadOnlyDictionary<string, string?> Keys => _keys;

    /// <summary>The payees that come from documents of the Registry.</summary>
    public IReadOnlyList<GroupPayee> Payees => _payees;

    /// <summary>Those of which another one is confirmed. Each is an error too.</summary>
    public IReadOnlyList<HeldPayee> Held => _held;

    /// <summary>Where the operator's keys do not fit what consumers read.</summary>
    public IReadOnlyList<ConfigurationError> Warnings => _warnings.All;

    /// <summary>The archives of services whose methods must be known.</summary>
    public IReadOnlyList<ServiceProtos> Protos => _protos;

    /// <summary>Adds the keys of a service and of its group.</summary>
    public void Add(RegisteredService service, DocumentField organization, DocumentField document)
    {
        var group = OrganizationTerms.Read(organization, service.OrganizationId, service.GroupName);
        if (ServiceTerms.Read(document, service.GroupName) is not { } terms || group is null)
        {
            return;
        }

        Compare(service, group, terms, document);
        if (ServiceProtos.Of(service, document, written) is { } protos)
        {
            _protos.Add(protos);
        }

        AddGroup(service, group, terms);
        Add(service, nameof(service.Group), service.Group);
        AddPrice(service, terms.Price);
        if (terms.Encoding is { } encoding)
        {
            Add(service, "Encoding", encoding);
        }

        if (!written.Has($"{service.Path}:Hosts"))
        {
            foreach ((int i, string host) in terms.Hosts.Index())
            {
                Add(service, string.Create(CultureInfo.InvariantCulture, $"Hosts:{i}"), host);
            }
        }
    }

    /// <summary>What the operator alone decides, and what both documents say.</summary>
    private void Compare(RegisteredService service, OrganizationTerms group, ServiceTerms terms, DocumentField document)
    {
        if (Address.TryParse(written.Find(EscrowKey), out Address escrow) && terms.Escrow != escrow)
        {
            document.Require("mpe_address")!.Add(
                $"consumers of the service pay at the contract {terms.Escrow}, and this gateway reads {escrow}",
                $"Publish the address of the contract in use, or correct {EscrowKey}");
        }

        if (terms.GroupId is { } id && id != group.GroupId)
        {
            (document with { Path = "groups" }).Add(
                $"the group {ErrorList.Quote(service.GroupName)} has another id than in the organisation's metadata",
                "Publish the id that the organisation's metadata has");
        }

        if (written.Find($"{RegisteredService.Groups}:{service.Group}:OrganizationId") is { } owner
            && owner != service.OrganizationId)
        {
            errors.Add(
                $"{service.Path}:{nameof(service.Group)}",
                $"the group {ErrorList.Quote(service.Group)} is of the organisation {ErrorList.Quote(owner)}",
                "Write the name of another group, or remove it");
        }
    }

    private void AddGroup(RegisteredService service, OrganizationTerms group, ServiceTerms terms)
    {
        string path = $"{RegisteredService.Groups}:{service.Group}";
        if (service.Files.Organization is null && !written.Has($"{path}:PaymentAddress"))
        {
            CheckPayee(service, group);
        }

        AddShared(service, $"{path}:OrganizationId", service.OrganizationId);
        AddShared(service, $"{path}:GroupName", service.GroupName);
        AddShared(service, $"{path}:GroupId", group.GroupId);
        AddShared(service, $"{path}:PaymentAddress", group.PaymentAddress.ToString());
        AddShared(service, $"{path}:PaymentExpirationThreshold", group.ThresholdText);

        _warnings.Check($"{path}:PaymentAddress", (
            Address.TryParse(written.Find($"{path}:PaymentAddress"), out Address own) && own != group.PaymentAddress,
            $"the metadata says {group.PaymentAddress}, so consumers open channels that are refused here",
            "Publish this address, or correct it"));
        _warnings.Check($"{path}:FreeCalls:SignerKeyFile", (
            terms.FreeCalls > 0 && !written.Has($"{path}:FreeCalls:SignerKeyFile"),
            $"the metadata offers {terms.FreeCalls} free calls, and without a key there are none",
            "Write the file of the key whose address the metadata has"));

        // Only the operator has the key that signs their tokens.
        if (written.Has($"{path}:FreeCalls:SignerKeyFile"))
        {
            AddShared(service, $"{path}:FreeCalls:Calls", terms.FreeCalls.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>A holder of the organisation's key could otherwise take what consumers pay.</summary>
    private void CheckPayee(RegisteredService service, OrganizationTerms group)
    {
        var published = new GroupPayee(service.OrganizationId, service.GroupName, group.PaymentAddress);
        if (_payees.Contains(published))
        {
            return;
        }

        _payees.Add(published);
        try
        {
            if (confirmed.Find(published.OrganizationId, published.GroupName) is { } known && known != published.Payee)
            {
                _held.Add(new HeldPayee(published, known));
                group.PayeeField.Add(
                    $"{published.Payee} in place of {known}, and a change of the payment address needs your confirmation",
                    $"If it is yours, run `snet-gateway registry confirm-payee {service.Name} {published.Payee}`");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            errors.Add(
                $"{RegistryOptions.Section}:{nameof(RegistryOptions.Folder)}",
                $"the confirmed payment addresses cannot be read: {ErrorList.Clean(e.Message)}", "Correct the file");
        }
    }

    /// <summary>A price is the operator's as a whole, or the metadata's: half of each would be a third one.</summary>
    private void AddPrice(RegisteredService service, PriceTerms price)
    {
        string path = $"{service.Path}:Price";
        if (written.Has($"{path}:Model") || written.Has($"{path}:Cogs") || written.Has($"{path}:Methods"))
        {
            return;
        }

        Add(service, "Price:Model", price.Cogs is null ? "fixed_price_per_method" : "fixed_price");
        if (price.Cogs is { } cogs)
        {
            Add(service, "Price:Cogs", cogs.ToString());
        }

        foreach ((string method, UInt256 one) in price.Methods)
        {
            Add(service, $"Price:Methods:{method}", one.ToString());
        }
    }

    private void Add(RegisteredService service, string key, string value)
    {
        if (!written.Has($"{service.Path}:{key}"))
        {
            _keys[$"{service.Path}:{key}"] = value;
        }
    }

    /// <summary>A key of a group, which services can share.</summary>
    private void AddShared(RegisteredService service, string key, string value)
    {
        if (!written.Has(key) && !_keys.TryAdd(key, value) && _keys[key] != value)
        {
            errors.Add(
                $"{service.Path}:{nameof(service.Group)}",
                $"the metadata of another service of the group {ErrorList.Quote(service.Group)} has another value for {key}",
                "Write another name, so that this service has a separate group");
        }
    }
}
