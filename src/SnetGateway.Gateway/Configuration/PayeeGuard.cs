using SnetGateway.Gateway.ServiceMetadata;
using SnetGateway.Payments.Payees;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// Compares the payment addresses that come from metadata with those in the ledger, before a listener opens, and writes new ones there.
/// An address that this gateway had in force before may be older than the ledger's: the newest metadata then comes into force.
/// </summary>
internal sealed class PayeeGuard(
    PayeeBook book, ConfigurationLoader loader, ConfigurationResult startup, ILogger<PayeeGuard> logger)
    : IHostedService, IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <exception cref="PayeeNotConfirmedException">The ledger has another address, which the operator has not replaced.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!startup.Options.Chain.IsConfigured)
        {
            return;
        }

        loader.Metadata.LedgerPayees = book.Find;
        foreach (GroupPayee payee in startup.Metadata.Payees)
        {
            Address known = await WriteAsync(payee, cancellationToken);
            if (known != payee.Payee && !loader.Metadata.WasSeen(payee))
            {
                throw new PayeeNotConfirmedException(
                    $"the metadata pays {payee.Payee} for group {payee.GroupName} of {payee.OrganizationId}, and the ledger has {known}; "
                        + "if the new address is yours, run `snet-gateway registry confirm-payee` for a service of the group");
            }
        }

        loader.Metadata.Accepted += Record;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        loader.Metadata.Accepted -= Record;
        return Task.CompletedTask;
    }

    public void Dispose() => _one.Dispose();

    /// <summary>Calls do not wait for it: what is in force was checked against the ledger already.</summary>
    private void Record(UsedMetadata used) => _ = RecordAsync(used.Payees);

    private async Task RecordAsync(IReadOnlyList<GroupPayee> payees)
    {
        await _one.WaitAsync();
        try
        {
            foreach (GroupPayee payee in payees.Where(one => book.Find(one.OrganizationId, one.GroupName) != one.Payee))
            {
                await WriteAsync(payee, CancellationToken.None);
            }
        }
        catch (Exception e) when (e is StoreUnavailableException or LedgerFormatException or ObjectDisposedException
            or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            MetadataLog.PayeeNotRecorded(logger, e.Message);
        }
        finally
        {
            _one.Release();
        }
    }

    private async ValueTask<Address> WriteAsync(GroupPayee payee, CancellationToken cancellationToken)
    {
        if (!loader.Metadata.IsConfirmed(payee))
        {
            return await book.AddAsync(payee.OrganizationId, payee.GroupName, payee.Payee, cancellationToken);
        }

        // From now on the ledger says it, to all replicas, until an operator confirms another one at any of them.
        await book.ReplaceAsync(payee.OrganizationId, payee.GroupName, payee.Payee, cancellationToken);
        loader.Metadata.NoteRecorded(payee);
        return payee.Payee;
    }
}

/// <summary>The ledger has another payment address than the metadata. The message says what the operator can do.</summary>
internal sealed class PayeeNotConfirmedException(string message) : Exception(message);
