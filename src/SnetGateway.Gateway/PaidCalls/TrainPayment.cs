using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// `train-call`: an escrow payment by another name, at the price of the method that is called. The paid methods of `training.Daemon` take
/// it at the price of the training; on the routes of a service with training it is the same as escrow. Of any other service the kind is
/// unknown.
/// </summary>
internal sealed class TrainPayment(ChannelAdmission admission) : IPaymentType
{
    public const string TypeName = "train-call";

    private readonly EscrowPayment _escrow = new(admission);

    public string Name => TypeName;

    public ValueTask<AdmissionResult> AdmitAsync(in PaymentMetadata metadata, PaidCall call, CancellationToken cancellationToken) =>
        call.Service.HasTraining
            ? _escrow.AdmitAsync(metadata, call, cancellationToken)
            : new ValueTask<AdmissionResult>(AdmissionResult.Refused(Refusals.UnexpectedPaymentType(TypeName)));
}
