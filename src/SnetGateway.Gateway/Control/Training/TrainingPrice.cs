using Grpc.Core;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Control.Training;

/// <summary>
/// What the service says that this training costs, asked at the call that pays it: what another model, or other data, would have cost does
/// not count (trap 33), and what was never asked for is not free. Without a price the call is refused before anything is reserved.
/// </summary>
/// <param name="ask">Asks the service.</param>
internal sealed class TrainingPrice(Func<CancellationToken, Task<PriceInBaseUnit>> ask) : IPriceSource
{
    public bool WasAsked { get; private set; }

    public async ValueTask<Price> PriceOfAsync(string method, Address payer, CancellationToken cancellationToken)
    {
        WasAsked = true;
        try
        {
            return Price.Of(UInt256.FromUInt64((await ask(cancellationToken)).Price));
        }
        catch (Exception failure) when (failure is ModelServiceException or RpcException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Price.Refused(Refusals.TrainingPriceUnknown());
        }
    }
}
