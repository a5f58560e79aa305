using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Configuration.Forms;

/// <summary>An amount: a JSON integer of any size or the same digits as text, since the configuration hands on both as text.</summary>
public sealed class CogsFormAttribute() : ValueFormAttribute("an amount in cogs (a whole number from 0 to 2^256-1, digits only)")
{
    public override bool Accepts(string value) => UInt256.TryParse(value, out _);
}
