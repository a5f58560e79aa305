using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Pricing;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>The payment kinds, by their name in `snet-payment-type`.</summary>
internal sealed class PaymentTypes
{
    private readonly FrozenDictionary<string, IPaymentType> _types;
    private readonly IPaymentType? _escrow;

    public PaymentTypes(IEnumerable<IPaymentType> types)
    {
        _types = types.ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);
        _escrow = _types.GetValueOrDefault(EscrowPayment.TypeName);
    }

    /// <summary>The kind that a call names: the first value, and escrow when there is none. Null when it is unknown.</summary>
    public IPaymentType? Find(StringValues values) => values.Count == 0 ? _escrow : _types.GetValueOrDefault(values[0] ?? string.Empty);
}

/// <summary>
/// One payment kind: reads its part of the metadata and has it admitted. Registered as a service and selected by `snet-payment-type`.
/// </summary>
internal interface IPaymentType
{
    /// <summary>The value of `snet-payment-type`.</summary>
    string Name { get; }

    /// <summary>A reservation or a refusal; never throws for a client's error.</summary>
    ValueTask<AdmissionResult> AdmitAsync(in PaymentMetadata metadata, PaidCall call, CancellationToken cancellationToken);
}
