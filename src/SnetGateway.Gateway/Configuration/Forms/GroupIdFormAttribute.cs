using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Configuration.Forms;

/// <summary>A group id as organisation metadata writes it.</summary>
public sealed class GroupIdFormAttribute() : ValueFormAttribute("a group id (base64 of exactly 32 bytes, 44 characters)")
{
    public override bool Accepts(string value) => Bytes32.TryParseBase64(value, out _);
}
