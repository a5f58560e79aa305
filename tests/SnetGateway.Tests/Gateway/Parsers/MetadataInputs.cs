using System.Text;
using Google.Protobuf;
using Nethereum.ABI.FunctionEncoding;
using SnetGateway.Ethereum.Registry;
using SnetGateway.Gateway.ServiceMetadata;
using SnetGateway.Gateway.ServiceMetadata.Ipfs;
using SnetGateway.Gateway.Validation;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.Tests.Gateway.Parsers;

/// <summary>Damaged documents of the Registry and of IPFS: terms, or an error that names the document, and no exception.</summary>
internal static class MetadataInputs
{
    private const string Name = "document", Group = "default_group", Address = "0x5e592F9b1d303183d963635f895f0f0C48284f4e";
    private static readonly string s_groupId = Convert.ToBase64String(new byte[32]);
    private static readonly byte[] s_organization = Encoding.UTF8.GetBytes(
        MetadataSamples.Organization("org", s_groupId, Address).ToJsonString());

    private static readonly byte[] s_service = Encoding.UTF8.GetBytes(MetadataSamples.Service(Address, s_groupId, 7).ToJsonString());
    private static readonly string[] s_tokens = ["null", "[]", "{}", "\"\"", "-1", "1e400", "true", "[[{}]]", "\"\\ud800\"", "7.0"];

    public static void Documents(Random random)
    {
        byte[] content = Mangle(random, random.Next(2) == 0 ? s_organization : s_service);
        var errors = new ErrorList();
        bool isRead = false;
        if (DocumentField.Parse(Name, content, errors) is { } document)
        {
            var organization = OrganizationTerms.Read(document, "org", Group);
            var service = ServiceTerms.Read(document, Group);
            isRead = organization is not null || service is not null;
            Assert.True(organization is null || !organization.PaymentAddress.IsZero);
        }

        Assert.True(isRead || !errors.IsEmpty);
        Assert.All(errors.All, error => Assert.StartsWith(Name, error.Path, StringComparison.Ordinal));
    }

    public static void Blocks(Random random)
    {
        byte[] content = GeneratedInputs.Bytes(random, 100);
        var entry = new UnixFsEntry { Kind = UnixFsEntry.Types.Kind.File, Data = ByteString.CopyFrom(content) };
        var node = new DagNode { Data = entry.ToByteString() };
        node.Links.Add(new DagLink { Hash = ByteString.CopyFrom(Cid.Of(content, random.Next(2), isRaw: false).ToBytes()) });
        byte[] block = node.ToByteArray();
        GeneratedInputs.Damage(random, block);
        var id = Cid.Of(block, random.Next(2), isRaw: false);
        Assert.True(id.Matches(block));
        try
        {
            var file = FileNode.Read(id, block);
            Assert.True(file.Content.Length <= block.Length);
        }
        catch (IpfsException)
        {
            // Refused.
        }

        char[] text = id.ToString().ToCharArray();
        text[random.Next(text.Length)] = (char)random.Next(0x20, 0x100);
        if (Cid.TryParse(new string(text), out Cid? read))
        {
            Assert.Equal(32, read.Digest.Length);
            Assert.True(Cid.TryParse(read.ToString(), out Cid? again) && again == read);
        }
    }

    public static void RegistryAnswers(Random random)
    {
        byte[] output = new ParametersEncoder().EncodeParametersFromTypeAttributes(typeof(OrganizationOutput), new OrganizationOutput
        {
            Found = random.Next(5) > 0,
            Id = new byte[32],
            MetadataUri = Encoding.ASCII.GetBytes("ipfs://Qm" + new string('a', random.Next(80))),
            Owner = Address,
            Members = [.. Enumerable.Repeat(Address, random.Next(3))],
            ServiceIds = [.. Enumerable.Repeat(new byte[32], random.Next(3))],
        });
        GeneratedInputs.Damage(random, output);
        output = output[..(output.Length - (random.Next(4) == 0 ? random.Next(output.Length + 1) : 0))];
        if (RegistryCalls.TryReadUri(output, out string? uri))
        {
            Assert.True(uri is null || uri.All(letter => letter is > ' ' and <= '~'));
        }
    }

    /// <summary>Some bytes changed, a value replaced by another kind of value, or a part cut out.</summary>
    private static byte[] Mangle(Random random, byte[] document)
    {
        if (random.Next(3) == 0)
        {
            byte[] bytes = [.. document];
            GeneratedInputs.Damage(random, bytes);
            return bytes;
        }

        string text = Encoding.UTF8.GetString(document);
        int[] colons = [.. text.Index().Where(letter => letter.Item == ':').Select(letter => letter.Index)];
        int colon = colons[random.Next(colons.Length)];
        int end = text.IndexOfAny([',', '}', ']'], colon);
        string token = random.Next(8) == 0 ? "" : s_tokens[random.Next(s_tokens.Length)];
        return Encoding.UTF8.GetBytes(string.Concat(text.AsSpan(0, colon + 1), token, text.AsSpan(end)));
    }
}
