using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Gateway.Validation;
using SnetGateway.Storage;
using SnetGateway.Storage.Redis;

namespace SnetGateway.Gateway.Cli;

/// <summary>The ledger that a configuration names, for commands.</summary>
/// <param name="Options">The ledger's section.</param>
/// <param name="Scope">Its chain and contract.</param>
internal sealed record LedgerSource(LedgerOptions Options, LedgerScope Scope)
{
    /// <summary>Keys that are needed to find a ledger. Errors elsewhere in the configuration do not matter to a reader.</summary>
    private static readonly string[] s_needed =
        ["SnetGateway:Chain:ChainId", "SnetGateway:Chain:EscrowAddress", LedgerOptions.Section];

    public LedgerPlace Place => LedgerPlace.Of(Options);

    /// <summary>Reads it. Throws <see cref="CommandException"/> when it does not name a ledger that a command can use.</summary>
    public static async ValueTask<LedgerSource> LoadAsync(ConfigurationLoader loader)
    {
        ConfigurationResult result = await loader.LoadAsync();
        ConfigurationError? error = result.Errors.FirstOrDefault(
            m => m.Path == loader.Sources.File || s_needed.Any(need => IsAt(m.Path, need)));
        if (error is not null)
        {
            throw new CommandException(ExitCodes.Usage, error.ToString());
        }

        LedgerOptions ledger = result.Options.Ledger;
        return ledger.Store != "memory"
            ? new LedgerSource(ledger, new LedgerScope((ulong)result.Options.Chain.ChainId, result.Options.Chain.Escrow))
            : throw new CommandException(ExitCodes.Usage, "the ledger is in the memory of the gateway, where no command can read it");
    }

    /// <summary>Throws <see cref="CommandException"/> when journals are named and the ledger contains its own.</summary>
    public void CheckJournals(IReadOnlyList<string> journals)
    {
        if (Options.Store == "sqlite" && journals.Count > 0)
        {
            throw new CommandException(
                ExitCodes.Usage, "--journal is only for the stores etcd and redis: a SQLite ledger contains its journal");
        }
    }

    /// <summary>
    /// Throws <see cref="CommandException"/> where a gateway uses it. SQLite's lock is checked when the file is opened, and etcd does not
    /// say who uses it.
    /// </summary>
    public async Task CheckIdleAsync()
    {
        if (Options.Store == "redis" && await RedisRecordStore.IsFollowedAsync(Options, Scope, TimeProvider.System))
        {
            throw new CommandException(ExitCodes.Usage, $"a gateway uses the ledger ({Place}): stop all gateways on it first");
        }
    }

    private static bool IsAt(string path, string place) =>
        path.Equals(place, StringComparison.OrdinalIgnoreCase) || path.StartsWith(place + ":", StringComparison.OrdinalIgnoreCase);
}
