using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Refusal;

namespace SnetGateway.Payments.Channels.Checks;

/// <summary>E3: the channel pays this service's recipient and was opened for its group. Asked at every call, not only at the first.</summary>
internal static class OwnerCheck
{
    public static PaymentRefusal? Check(PaymentGroup group, ChannelReading reading) =>
        reading.Recipient != group.Recipient ? Refusals.OtherRecipient()
        : reading.GroupId != group.Id ? Refusals.OtherGroup(group.Id, reading.GroupId)
        : null;
}
