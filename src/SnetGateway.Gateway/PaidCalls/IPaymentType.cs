using SnetGateway.Payments.Calls;
using SnetGateway.Payments.Pricing;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>One way to pay: reads its part of the metadata and has it judged. Registered as a service; `snet-payment-type` chooses.</summary>
internal interface IPaymentType
{
    /// <summary>The value of `snet-payment-type`.</summary>
    string Name { get; }

    /// <summary>A reservation or a refusal; never throws for a client's error.</summary>
    ValueTask<Admission> AdmitAsync(in PaymentMetadata metadata, PaidCall call, CancellationToken cancellationToken);
}
