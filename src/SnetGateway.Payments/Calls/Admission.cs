using SnetGateway.Payments.Refusal;

namespace SnetGateway.Payments.Calls;

/// <summary>What judging a payment gave: a reservation or a refusal, never both.</summary>
public readonly struct Admission
{
    private Admission(Reservation? reservation, PaymentRefusal? refusal)
    {
        Reservation = reservation;
        Refusal = refusal;
    }

    public Reservation? Reservation { get; }

    public PaymentRefusal? Refusal { get; }

    public static Admission Of(Reservation reservation) => new(reservation, null);

    public static Admission Refused(PaymentRefusal refusal) => new(null, refusal);
}
