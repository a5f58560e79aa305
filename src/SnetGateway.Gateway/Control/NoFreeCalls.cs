using Grpc.Core;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Control;

/// <summary>
/// `escrow.FreeCallStateService` without free calls. The newest SDKs call both methods before every paid call, and pay only if both return
/// OK: the response is an empty token and no calls; the rest of the request is not read. Older SDKs send an e-mail address in place of the
/// user's address, and pay after an error (docs/protocol/prepaid-and-free-calls.md, 'Without free calls').
/// </summary>
internal class NoFreeCalls : FreeCallStateService.FreeCallStateServiceBase
{
    public override Task<FreeCallToken> GetFreeCallToken(GetFreeCallTokenRequest request, ServerCallContext context)
    {
        ReadAddress(request.Address);
        return Task.FromResult(new FreeCallToken());
    }

    public override Task<FreeCallStateReply> GetFreeCallsAvailable(FreeCallStateRequest request, ServerCallContext context)
    {
        ReadAddress(request.Address);
        return Task.FromResult(new FreeCallStateReply());
    }

    /// <summary>The user's address, or the error that older SDKs pay after.</summary>
    protected static Address ReadAddress(string text) => Address.TryParse(text, out Address address)
        ? address
        : throw new RpcException(new Status(StatusCode.Unknown, "free calls are given to Ethereum addresses, and this is not one"));
}
