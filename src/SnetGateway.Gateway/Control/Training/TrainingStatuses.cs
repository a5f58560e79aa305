using Grpc.Core;
using SnetGateway.Payments.Training;

namespace SnetGateway.Gateway.Control.Training;

/// <summary>Keeps what services report of their models.</summary>
internal sealed class TrainingStatuses(TrainingRequests requests, TimeProvider time)
{
    /// <summary>The protocol's number; one that it does not have counts as an error of the service.</summary>
    public static byte NumberOf(Status status) => (byte)(Enum.IsDefined(status) ? status : Status.Errored);

    /// <summary>
    /// Writes a status after a call that was paid. The response was paid for, so a ledger that cannot be written does not take it away: the
    /// next `get_model` asks the service again.
    /// </summary>
    public async Task NoteAsync(TrainingModel model, Status status, string? dataLink)
    {
        try
        {
            await requests.ChangeAsync(
                model,
                known => known with
                {
                    Status = NumberOf(status),
                    DataLink = dataLink ?? known.DataLink,
                    UpdatedAt = time.GetUtcNow(),
                    UpdatedBy = model.Creator,
                },
                CancellationToken.None);
        }
        catch (RpcException)
        {
            // Logged where it was made.
        }
    }
}
