using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;

namespace SnetGateway.Payments.Admission;

/// <summary>What the admission of a payment gives: a reservation or a refusal, never both.</summary>
public readonly struct AdmissionResult
{
    private AdmissionResult(Reservation? reservation, PaymentRefusal? refusal)
    {
        Reservation = reservation;
        Refusal = refusal;
    }

    public Reservation? Reservation { get; }

    public PaymentRefusal? Refusal { get; }

    public static AdmissionResult Of(Reservation reservation) => new(reservation, null);

    public static AdmissionResult Refused(PaymentRefusal refusal) => new(null, refusal);
}
