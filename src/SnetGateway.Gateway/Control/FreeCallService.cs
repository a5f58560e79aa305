using Google.Protobuf;
using Grpc.Core;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Values;
using IssuedToken = SnetGateway.Payments.FreeCalls.FreeCallToken;

namespace SnetGateway.Gateway.Control;

/// <summary>
/// `escrow.FreeCallStateService`, for the service of the request's host. If the user cannot have free calls, the response is that of
/// <see cref="NoFreeCalls"/>, unless the operator wants the reference's errors (docs/protocol/prepaid-and-free-calls.md, 'Free calls').
/// </summary>
internal sealed class FreeCallService(FreeCallStates states, LiveSnapshot live, ControlRefusals refusals) : NoFreeCalls
{
    private const string NoTokens = "error in generating token because blockchain is disabled, contact service provider";
    private const string NoCalls = "error in determining free calls because blockchain is disabled, contact service provider";
    private const string UserIdTooLong = "the user id is too long";

    public override async Task<FreeCallToken> GetFreeCallToken(GetFreeCallTokenRequest request, ServerCallContext context)
    {
        FreeCallUse use = Read(request.Address, request.UserId, request.CurrentBlock, request.Signature);
        FreeCallOffers target = OffersOf(context);
        (IssuedToken token, string? error) =
            target.Offers.Count == 0 ? (default, NoTokens)
            : FreeCallUser.IsUserIdTooLong(request.UserId) ? (default, UserIdTooLong)
            : await states.IssueAsync(
                target.Offers, use, request.HasTokenLifetimeInBlocks ? request.TokenLifetimeInBlocks : null,
                OwnMethodRequest.ClientOf(context), context.CancellationToken);
        ThrowIf(error, target, context);
        return error is not null ? new FreeCallToken() : new FreeCallToken
        {
            Token = ByteString.CopyFrom(token.Bytes.Span),
            TokenHex = Convert.ToHexStringLower(token.Bytes.Span),
            TokenExpirationBlock = token.ExpiryBlock,
        };
    }

    public override async Task<FreeCallStateReply> GetFreeCallsAvailable(FreeCallStateRequest request, ServerCallContext context)
    {
        FreeCallUse use = Read(request.Address, request.UserId, request.CurrentBlock, request.Signature);
        FreeCallOffers target = OffersOf(context);
        (ulong calls, string? error) =
            target.Offers.Count == 0 ? (0, NoCalls)
            : FreeCallUser.IsUserIdTooLong(request.UserId) ? (0, UserIdTooLong)
            : await states.CountAsync(
                target.Offers, use, request.FreeCallToken.Memory, OwnMethodRequest.ClientOf(context), context.CancellationToken);
        ThrowIf(error, target, context);
        return new FreeCallStateReply { FreeCallsAvailable = calls };
    }

    private static FreeCallUse Read(string address, string userId, ulong block, ByteString signature) =>
        new(address, new FreeCallUser(ReadAddress(address), userId), UInt256.FromUInt64(block), signature.Memory);

    /// <summary>
    /// Throws the error where the reference's errors are wanted. Elsewhere a user over the limit too gets no calls, and pays.
    /// </summary>
    private void ThrowIf(string? error, in FreeCallOffers target, ServerCallContext context)
    {
        if (error is not null && target.ReferenceErrors)
        {
            throw refusals.Of(error, context);
        }

        if (error == RequestBudgets.Refusal)
        {
            refusals.Note(context);
        }
    }

    private FreeCallOffers OffersOf(ServerCallContext context) =>
        live.Current.FreeCalls.Find(HostPattern.AuthorityOf(context.GetHttpContext().Request));
}
