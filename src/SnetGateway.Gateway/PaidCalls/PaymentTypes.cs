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
/// <remarks>
/// To add a kind:
/// <list type="number">
/// <item>Name its metadata in <see cref="PaymentMetadata"/> and <see cref="PaymentKeys"/>, which keep it from services.</item>
/// <item>Derive a <see cref="Payments.Settlement.Reservation"/>. Its settle makes one conditional write, durable when it returns null; its
/// release gives back what admission held in memory.</item>
/// <item>For a number that many calls raise at the same time, use <see cref="Payments.Counters.CounterLedger"/>; for anything else add a
/// <see cref="Payments.Records.RecordKind"/>.</item>
/// <item>Implement this interface: first everything that costs no store and no chain, then the price, then what is held. Register it
/// where its parts are registered.</item>
/// <item>Make `ledger verify`, `explain` and `copy` know its records, and add its refusals to docs/statuses.md.</item>
/// </list>
/// </remarks>
internal interface IPaymentType
{
    /// <summary>The value of `snet-payment-type`.</summary>
    string Name { get; }

    /// <summary>A reservation or a refusal; never throws for a client's error.</summary>
    ValueTask<AdmissionResult> AdmitAsync(in PaymentMetadata metadata, PaidCall call, CancellationToken cancellationToken);
}
