using Grpc.Core;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.Prepaid;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pauses;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Control;

/// <summary>
/// `escrow.TokenService`: sells plans and returns tokens for them. SDKs call it before every prepaid call: an amount that is authorized
/// already is answered from memory. All errors are UNKNOWN with the reference's text (docs/protocol/prepaid-and-free-calls.md, 'Prepaid
/// calls'), except for a caller over the limit.
/// </summary>
/// <param name="plans">The plans.</param>
/// <param name="tokens">Makes tokens; null where prepaid calls are off.</param>
/// <param name="pauses">While all services are paused, nothing is sold.</param>
/// <param name="refusals">Makes the errors.</param>
internal sealed class PrepaidTokenService(PrepaidPlans? plans, PrepaidTokens? tokens, PauseSwitch pauses, ControlRefusals refusals)
    : TokenService.TokenServiceBase
{
    public override async Task<TokenReply> GetToken(TokenRequest request, ServerCallContext context)
    {
        if (plans is null || tokens is null)
        {
            throw new RpcException(new Status(StatusCode.Unimplemented, "the service escrow.TokenService is not offered"));
        }

        if (pauses.Current.CoversAll)
        {
            throw new RpcException(CallRefusals.Paused);
        }

        var payment = new ChannelPayment(
            new ChannelId(request.ChannelId), new ChannelNonce(request.CurrentNonce), request.SignedAmount, request.ClaimSignature.Memory);
        PlanReply plan = await plans.GetAsync(
            payment, request.CurrentBlock, request.Signature.Memory, OwnMethodRequest.ClientOf(context), context.CancellationToken);
        if (plan is not { Token: { } token, Group: { } group })
        {
            throw refusals.Of(plan.Refusal!, context);
        }

        return new TokenReply
        {
            ChannelId = request.ChannelId,
            Token = tokens.Issue(token, group),
            PlannedAmount = plan.Planned.ToUInt64Saturating(),
            UsedAmount = plan.Used.ToUInt64Saturating(),
        };
    }
}
