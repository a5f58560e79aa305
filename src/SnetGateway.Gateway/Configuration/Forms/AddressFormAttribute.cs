using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Configuration.Forms;

/// <summary>An Ethereum address that is not zero.</summary>
public sealed class AddressFormAttribute() : ValueFormAttribute("an address (0x and 40 hex digits, not all zero)")
{
    public override bool Accepts(string value) => Address.TryParse(value, out Address address) && !address.IsZero;
}
