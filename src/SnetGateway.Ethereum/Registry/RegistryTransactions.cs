using System.Text;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Hex.HexConvertors.Extensions;

namespace SnetGateway.Ethereum.Registry;

/// <summary>Call data of the transactions that write entries of the Registry contract.</summary>
public static class RegistryTransactions
{
    /// <summary>`createOrganization`: the sender becomes the owner.</summary>
    public static byte[] CreateOrganization(string organizationId, string uri) => Encode(new CreateOrganizationFunction
    {
        OrganizationId = RegistryCalls.IdOf(organizationId), MetadataUri = Encoding.ASCII.GetBytes(uri),
    });

    /// <summary>`changeOrganizationMetadataURI`.</summary>
    public static byte[] ChangeOrganization(string organizationId, string uri) => Encode(new ChangeOrganizationFunction
    {
        OrganizationId = RegistryCalls.IdOf(organizationId), MetadataUri = Encoding.ASCII.GetBytes(uri),
    });

    /// <summary>`createServiceRegistration`.</summary>
    public static byte[] CreateService(string organizationId, string serviceId, string uri) => Encode(new CreateServiceFunction
    {
        OrganizationId = RegistryCalls.IdOf(organizationId), ServiceId = RegistryCalls.IdOf(serviceId),
        MetadataUri = Encoding.ASCII.GetBytes(uri),
    });

    /// <summary>`updateServiceRegistration`.</summary>
    public static byte[] UpdateService(string organizationId, string serviceId, string uri) => Encode(new UpdateServiceFunction
    {
        OrganizationId = RegistryCalls.IdOf(organizationId), ServiceId = RegistryCalls.IdOf(serviceId),
        MetadataUri = Encoding.ASCII.GetBytes(uri),
    });

    private static byte[] Encode<T>(T call)
        where T : class =>
        new FunctionCallEncoder()
            .EncodeRequest(call, new AttributesToABIExtractor().ExtractFunctionABI(typeof(T)).Sha3Signature)
            .HexToByteArray();

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
