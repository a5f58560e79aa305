using Microsoft.Extensions.Logging;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Signatures;

/// <summary>What is said of signatures. Ids 4101 to 4199.</summary>
internal static partial class SignatureLog
{
    [LoggerMessage(EventId = 4101, EventName = "KnownSignerNotConfirmed", Level = LogLevel.Error, Message = "A signature accepted as {Signer}'s by the tables for known signers does not recover to that address. The tables are not used any more; this is a fault in the gateway or in its machine, please report it.")]
    public static partial void KnownSignerNotConfirmed(ILogger logger, Address signer);
}
