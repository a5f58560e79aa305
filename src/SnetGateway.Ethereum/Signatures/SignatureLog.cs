using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Signatures;

/// <summary>Log messages of signature checks. Event ids 4101 to 4199.</summary>
internal static partial class SignatureLog
{
    [LoggerMessage(EventId = 4101, EventName = "KnownSignerNotConfirmed", Level = LogLevel.Error,
        Message = "A signature that the tables for known signers accepted as {Signer}'s does not recover to that address. The tables "
            + "are turned off until the restart, and libsecp256k1 checks all signatures. This is a fault of the gateway or of its "
            + "machine: please report it.")]
    public static partial void KnownSignerNotConfirmed(ILogger logger, Address signer);
}
