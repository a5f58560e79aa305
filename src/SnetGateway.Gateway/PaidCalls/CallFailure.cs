using Grpc.Core;
using SnetGateway.Payments.Refusal;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>Why the gateway, and not the service, ends a call: what the client gets, and who is the cause.</summary>
internal sealed record CallFailure(Status Status, FailureCause Cause)
{
    public static CallFailure Refused(PaymentRefusal refusal) =>
        new(new Status((StatusCode)refusal.StatusCode, refusal.Message), FailureCause.PaymentRefused);
}

/// <summary>Who ended a call that the gateway ends. Tells what is logged, and whether the client counts as gone.</summary>
internal enum FailureCause
{
    /// <summary>The payment could not be recorded.</summary>
    PaymentRefused,

    /// <summary>The service, or the way to it.</summary>
    Service,

    /// <summary>The client left, let its deadline pass, or sent a request that cannot be read to its end.</summary>
    Client,

    /// <summary>A fault of the gateway.</summary>
    Gateway,
}
