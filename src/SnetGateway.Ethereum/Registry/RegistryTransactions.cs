using System.Text;
using Nethereum.ABI.FunctionEncoding.Attributes;
using SnetGateway.Ethereum.Abi;

namespace SnetGateway.Ethereum.Registry;

/// <summary>Call data of the transactions that write entries of the Registry contract.</summary>
public static class RegistryTransactions
{
    /// <summary>`createOrganization`: the sender becomes the owner.</summary>
    public static byte[] CreateOrganization(string organizationId, string uri) => CallData.Encode(new CreateOrganizationFunction
    {
        OrganizationId = RegistryCalls.IdOf(organizationId), MetadataUri = Encoding.ASCII.GetBytes(uri),
    });

    /// <summary>`changeOrganizationMetadataURI`.</summary>
    public static byte[] ChangeOrganization(string organizationId, string uri) => CallData.Encode(new ChangeOrganizationFunction
    {
        OrganizationId = RegistryCalls.IdOf(organizationId), MetadataUri = Encoding.ASCII.GetBytes(uri),
    });

    /// <summary>`createServiceRegistration`.</summary>
    public static byte[] CreateService(string organizationId, string serviceId, string uri) => CallData.Encode(new CreateServiceFunction
    {
        OrganizationId = RegistryCalls.IdOf(organizationId), ServiceId = RegistryCalls.IdOf(serviceId),
        MetadataUri = Encoding.ASCII.GetBytes(uri),
    });

    /// <summary>`updateServiceRegistration`.</summary>
    public static byte[] UpdateService(string organizationId, string serviceId, string uri) => CallData.Encode(new UpdateServiceFunction
    {
        OrganizationId = RegistryCalls.IdOf(organizationId), ServiceId = RegistryCalls.IdOf(serviceId),
        MetadataUri = Encoding.ASCII.GetBytes(uri),
    });

    [Function("createOrganization")]
    private sealed class CreateOrganizationFunction
    {
        [Parameter("bytes32", "orgId", 1)]
        public byte[] OrganizationId { get; set; } = [];

        [Parameter("bytes", "orgMetadataURI", 2)]
        public byte[] MetadataUri { get; set; } = [];

        [Parameter("address[]", "members", 3)]
        public List<string> Members { get; set; } = [];
    }

    [Function("changeOrganizationMetadataURI")]
    private sealed class ChangeOrganizationFunction
    {
        [Parameter("bytes32", "orgId", 1)]
        public byte[] OrganizationId { get; set; } = [];

        [Parameter("bytes", "orgMetadataURI", 2)]
        public byte[] MetadataUri { get; set; } = [];
    }

    private abstract class ServiceFunction
    {
        [Parameter("bytes32", "orgId", 1)]
        public byte[] OrganizationId { get; set; } = [];

        [Parameter("bytes32", "serviceId", 2)]
        public byte[] ServiceId { get; set; } = [];

        [Parameter("bytes", "metadataURI", 3)]
        public byte[] MetadataUri { get; set; } = [];
    }

    [Function("createServiceRegistration")]
    private sealed class CreateServiceFunction : ServiceFunction;

    [Function("updateServiceRegistration")]
    private sealed class UpdateServiceFunction : ServiceFunction;
}
