using BenchmarkDotNet.Attributes;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;

namespace SnetGateway.Benchmarks.Micro;

/// <summary>
/// All that the payment core does for one call but two things: the recovery stands in <see cref="SignerBenchmarks"/>, and nothing reaches a
/// disk.
/// </summary>
public class ReservationBenchmarks
{
    private readonly HotChannel _channel = new(new ForgetfulStore());

    /// <summary>The checks, the price, the turn, the amount; then the turn is given back.</summary>
    [Benchmark]
    public bool AdmitAndRelease()
    {
        AdmissionResult admission = Admit();
        admission.Reservation!.TryRelease(ReleaseReason.ServiceFailed);
        return true;
    }

    /// <summary>The same, then the second look, the record, its journal entry and the commit.</summary>
    [Benchmark(Baseline = true)]
    public async Task<bool> AdmitAndSettle()
    {
        PaymentRefusal? refusal = await Admit().Reservation!.SettleAsync();
        return refusal is null ? true : throw new InvalidOperationException(refusal.ToString());
    }

    private AdmissionResult Admit()
    {
        // Of a known channel, with a fixed price and nobody else in line, it ends without a wait.
        ValueTask<AdmissionResult> admitting = _channel.Payments.AdmitAsync(_channel.NextPayment(), _channel.Call, CancellationToken.None);
        return admitting.IsCompletedSuccessfully && admitting.Result is { Refusal: null } admission
            ? admission
            : throw new InvalidOperationException("The payment was refused, or its judgement waited for something.");
    }
}
