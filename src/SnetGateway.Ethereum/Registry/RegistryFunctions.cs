using Nethereum.ABI.FunctionEncoding.Attributes;

namespace SnetGateway.Ethereum.Registry;

/// <summary>`getOrganizationById(bytes32)`.</summary>
[Function("getOrganizationById", typeof(OrganizationOutput))]
internal sealed class GetOrganizationFunction
{
    [Parameter("bytes32", "orgId", 1)]
    public byte[] OrganizationId { get; set; } = [];
}

/// <summary>The return value of `getOrganizationById(bytes32)`.</summary>
[FunctionOutput]
internal sealed class OrganizationOutput
{
    [Parameter("bool", "found", 1)]
    public bool Found { get; set; }

    [Parameter("bytes32", "id", 2)]
    public byte[] Id { get; set; } = [];

    [Parameter("bytes", "orgMetadataURI", 3)]
    public byte[] MetadataUri { get; set; } = [];

    [Parameter("address", "owner", 4)]
    public string Owner { get; set; } = "";

    [Parameter("address[]", "members", 5)]
    public List<string> Members { get; set; } = [];

    [Parameter("bytes32[]", "serviceIds", 6)]
    public List<byte[]> ServiceIds { get; set; } = [];
}

/// <summary>`getServiceRegistrationById(bytes32,bytes32)`.</summary>
[Function("getServiceRegistrationById", typeof(ServiceOutput))]
internal sealed class GetServiceFunction
{
    [Parameter("bytes32", "orgId", 1)]
    public byte[] OrganizationId { get; set; } = [];

    [Parameter("bytes32", "serviceId", 2)]
    public byte[] ServiceId { get; set; } = [];
}

/// <summary>The return value of `getServiceRegistrationById(bytes32,bytes32)`.</summary>
[FunctionOutput]
internal sealed class ServiceOutput
{
    [Parameter("bool", "found", 1)]
    public bool Found { get; set; }

    [Parameter("bytes32", "id", 2)]
    public byte[] Id { get; set; } = [];

    [Parameter("bytes", "metadataURI", 3)]
    public byte[] MetadataUri { get; set; } = [];
}
