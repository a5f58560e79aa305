using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>The payment kind `escrow` with the gateway's reading of metadata and a scripted admission.</summary>
internal sealed class ScriptedEscrow(Func<ChannelPayment, PaidCall, CancellationToken, ValueTask<AdmissionResult>> admit) : IPaymentType
{
    public string Name => EscrowPayment.TypeName;

    public ValueTask<AdmissionResult> AdmitAsync(in PaymentMetadata metadata, PaidCall call, CancellationToken cancellationToken) =>
        EscrowPayment.Read(metadata, out ChannelPayment payment) is { } refusal
            ? new ValueTask<AdmissionResult>(AdmissionResult.Refused(refusal))
            : admit(payment, call, cancellationToken);
}
