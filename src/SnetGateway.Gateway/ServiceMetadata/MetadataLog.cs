namespace SnetGateway.Gateway.ServiceMetadata;

internal static partial class MetadataLog
{
    [LoggerMessage(EventId = 1510, EventName = "MetadataInForce", Level = LogLevel.Information,
        Message = "Changed metadata is in force: {Documents}. Changed: {Changes}.")]
    public static partial void InForce(ILogger logger, string documents, string changes);

    [LoggerMessage(EventId = 1511, EventName = "MetadataRefused", Level = LogLevel.Error,
        Message = "Changed metadata has {Count} errors, so the previous one stays in force. Publish a corrected document:\n{Errors}")]
    public static partial void Refused(ILogger logger, int count, string errors);

    [LoggerMessage(EventId = 1512, EventName = "PayeeHeld", Level = LogLevel.Error,
        Message = "The metadata of the organisation {Organization} now pays {Published} for its group {Group}, and {Confirmed} "
            + "is confirmed. The change is held: channels that pay {Confirmed} are accepted, and no other ones. If the new address is "
            + "yours, run `snet-gateway registry confirm-payee` for a service of the group. If not, secure the organisation's key.")]
    public static partial void PayeeHeld(ILogger logger, string organization, string published, string group, string confirmed);

    [LoggerMessage(EventId = 1513, EventName = "MetadataNotRead", Level = LogLevel.Warning,
        Message = "Metadata cannot be read: {Reason} What is in force stays. Check the chain's endpoints and SnetGateway:Registry:Ipfs. "
            + "This is logged once until the reason changes.")]
    public static partial void NotRead(ILogger logger, string reason);

    [LoggerMessage(EventId = 1514, EventName = "MetadataReadAgain", Level = LogLevel.Information, Message = "Metadata can be read again.")]
    public static partial void ReadAgain(ILogger logger);

    [LoggerMessage(EventId = 1515, EventName = "MetadataNotKept", Level = LogLevel.Error,
        Message = "The metadata in force cannot be written to {Folder}: {Reason} It is in force all the same, but a start without the "
            + "Registry would use older metadata or fail, and a changed payment address might not be noticed. Check the folder.")]
    public static partial void NotKept(ILogger logger, string folder, string reason);

    [LoggerMessage(EventId = 1517, EventName = "PayeeNotRecorded", Level = LogLevel.Warning,
        Message = "The payment address in force could not be written to the ledger: {Reason} Other replicas do not know it yet. "
            + "It is tried again with the next change of metadata and at the next start.")]
    public static partial void PayeeNotRecorded(ILogger logger, string reason);

    [LoggerMessage(EventId = 1516, EventName = "MetadataRefreshFailed", Level = LogLevel.Error,
        Message = "Looking for changed metadata failed unexpectedly; what is in force stays. Please report this.")]
    public static partial void Failed(ILogger logger, Exception exception);
}
