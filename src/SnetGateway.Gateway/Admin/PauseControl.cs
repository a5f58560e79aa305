using SnetGateway.Gateway.Catalog;
using SnetGateway.Payments.Pauses;

namespace SnetGateway.Gateway.Admin;

/// <summary>Pauses and resumes services for all gateways of the ledger, and shows what is paused.</summary>
internal sealed class PauseControl(PauseBook book, PauseSwitch state, LiveSnapshot live)
{
    public IReadOnlyList<PauseView> Read() => View(state.Current);

    /// <summary>Pauses or resumes. Throws what a write of the ledger throws.</summary>
    /// <returns>What is paused then; null where there is no such service.</returns>
    public async Task<IReadOnlyList<PauseView>?> ChangeAsync(PauseRequest request, bool isPaused, CancellationToken cancellationToken)
    {
        string service = request.All ? PauseSet.All : request.Service ?? "";
        bool isKnown = request.All || live.Catalog.Find(service) is not null || (!isPaused && state.Current.Since.ContainsKey(service));
        return !isKnown ? null : View(isPaused
            ? await book.PauseAsync(service, cancellationToken)
            : await book.ResumeAsync(service, cancellationToken));
    }

    private static IReadOnlyList<PauseView> View(PauseSet paused) =>
    [
        .. paused.Since.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new PauseView(pair.Key == PauseSet.All ? null : pair.Key, pair.Value)),
    ];
}

/// <summary>What is to be paused or resumed.</summary>
/// <param name="Service">A service by its configured name.</param>
/// <param name="All">All services, in place of one.</param>
internal sealed record PauseRequest(string? Service = null, bool All = false);

/// <summary>What is paused.</summary>
/// <param name="Service">The configured name of the service; null for all services.</param>
/// <param name="Since">Since when.</param>
internal sealed record PauseView(string? Service, DateTimeOffset Since);
