using SnetGateway.Benchmarks.Hpack;
using SnetGateway.Benchmarks.Payments;

namespace SnetGateway.Benchmarks.Load;

/// <summary>One consumer: a channel of its own, one call after the other, the next payment only after the answer.</summary>
internal sealed class LoadClient(PaymentStock stock, bool paymentsCount)
{
    private int _next;

    public PaymentStock Stock { get; } = stock;

    /// <summary>How many payments the server under test has taken from this client.</summary>
    public int Paid => _next;

    /// <summary>The first answer that was not what a paid call gets; the client stops there.</summary>
    public string? Failure { get; private set; }

    /// <summary>When the call in flight was sent, in ticks of the driver's clock.</summary>
    public long SentAt { get; set; }

    /// <summary>What the answer's header blocks said so far.</summary>
    public ResponseHeaders Answer;

    /// <summary>Body bytes of the answer so far.</summary>
    public int AnswerBytes { get; set; }

    /// <summary>Takes the next payment. Servers that charge nothing are shown the same payments again and again.</summary>
    public bool TryTakePayment(out int index)
    {
        index = paymentsCount ? _next : _next % Stock.Count;
        if (Failure is not null || index >= Stock.Count)
        {
            Failure ??= "the signed payments ran out";
            return false;
        }

        _next++;
        Answer = ResponseHeaders.None;
        AnswerBytes = 0;
        return true;
    }

    public void Fail(string reason) => Failure ??= reason;
}
