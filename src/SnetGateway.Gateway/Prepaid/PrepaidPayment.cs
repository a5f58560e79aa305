using System.Text;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Prepaid;

/// <summary>
/// `prepaid-call`: pays with a token that `GetToken` returned. Reads id and token in this order; the client gets the first error.
/// </summary>
internal sealed class PrepaidPayment(PrepaidTokens tokens, PrepaidAdmission admission) : IPaymentType
{
    private const string TokenKey = "snet-prepaid-auth-token-bin";

    public string Name => "prepaid-call";

    public ValueTask<AdmissionResult> AdmitAsync(in PaymentMetadata metadata, PaidCall call, CancellationToken cancellationToken)
    {
        UInt256 id = default;
        byte[] token = [];
        PaymentRefusal? refusal =
            EscrowPayment.ReadNumber(PaymentMetadata.ChannelId, metadata.IdValues, ref id)
            ?? EscrowPayment.ReadBytes(TokenKey, metadata.Headers[TokenKey], ref token);
        return refusal is null
            ? AdmitAsync(Encoding.Latin1.GetString(token), new ChannelId(id), call, cancellationToken)
            : new ValueTask<AdmissionResult>(AdmissionResult.Refused(refusal));
    }

    private async ValueTask<AdmissionResult> AdmitAsync(
        string text, ChannelId channel, PaidCall call, CancellationToken cancellationToken)
    {
        (PrepaidToken? token, PaymentRefusal? refusal) = await tokens.VerifyAsync(text, channel, call.Service.Group);
        return token is null ? AdmissionResult.Refused(refusal!) : await admission.AdmitAsync(token, call, cancellationToken);
    }
}
