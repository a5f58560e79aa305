using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>The ways to pay, by their name in `snet-payment-type`.</summary>
internal sealed class PaymentTypes
{
    private readonly FrozenDictionary<string, IPaymentType> _types;
    private readonly IPaymentType? _escrow;

    public PaymentTypes(IEnumerable<IPaymentType> types)
    {
        _types = types.ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);
        _escrow = _types.GetValueOrDefault(EscrowPayment.TypeName);
    }

    /// <summary>The type a call asks for: the first value, and escrow when there is none. Null when nobody knows it.</summary>
    public IPaymentType? Find(StringValues values) => values.Count == 0 ? _escrow : _types.GetValueOrDefault(values[0] ?? string.Empty);
}
