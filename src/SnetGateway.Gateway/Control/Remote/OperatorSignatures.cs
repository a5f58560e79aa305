using System.Collections.Frozen;
using System.Text;
using Grpc.Core;
using Microsoft.Extensions.Options;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Control.Remote;

/// <summary>
/// Checks the signatures of operators: the name of the method after an underscore and a block number, which must be recent. All errors are
/// UNKNOWN with the reference's text.
/// </summary>
internal sealed class OperatorSignatures(
    IOptions<RemoteControlOptions> options, ISignerRecovery recovery, BlockFreshness blocks, RequestBudgets budgets,
    ControlRefusals refusals)
{
    private const int SignatureLength = 65;

    private readonly FrozenSet<Address> _operators = options.Value.OperatorAddresses.Select(Address.Parse).ToFrozenSet();
    private readonly Lock _gate = new();
    private ulong _lastChange;

    /// <summary>Throws <see cref="RpcException"/> where no operator has signed this request.</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="auth">What the request has; null where it has nothing.</param>
    /// <param name="isChange">
    /// Whether the method changes something. A signature of an earlier block than that of the last change is then refused: another
    /// caller could have copied it to undo that change.
    /// </param>
    /// <param name="context">The call.</param>
    public async Task CheckAsync(string method, CallerAuthentication? auth, bool isChange, ServerCallContext context)
    {
        if (!budgets.TryTakeClient(OwnMethodRequest.ClientOf(context)))
        {
            throw refusals.TooMany(RequestBudgets.Refusal, context);
        }

        if (await FindErrorAsync(method, auth ?? new CallerAuthentication(), context.CancellationToken) is { } error)
        {
            throw refusals.Of(error, context);
        }

        if (isChange && !TryAdvance(auth!.CurrentBlock))
        {
            throw refusals.Of(BlockFreshness.Expired, context);
        }
    }

    private bool TryAdvance(ulong block)
    {
        lock (_gate)
        {
            bool isEarlier = block < _lastChange;
            _lastChange = Math.Max(block, _lastChange);
            return !isEarlier;
        }
    }

    private async ValueTask<string?> FindErrorAsync(string method, CallerAuthentication auth, CancellationToken cancellationToken)
    {
        byte[] message =
            [.. Encoding.ASCII.GetBytes($"_{method}"), .. UInt256.FromUInt64(auth.CurrentBlock).ToBigEndian()];
        return auth.Signature.Length != SignatureLength ? "incorrect signature length"
            : !recovery.TryRecover(message, auth.Signature.Span, out Address signer) ? "incorrect signature data"
            : !_operators.Contains(signer) ? $"unauthorized access, {AddressText.Checksum(signer)} is not authorized"
            : await blocks.CheckAsync(auth.CurrentBlock, cancellationToken);
    }
}
