using SnetGateway.Benchmarks.Hpack;
using SnetGateway.Benchmarks.Payments;

namespace SnetGateway.Benchmarks.Load;

/// <summary>
/// One consumer: one call after the other, the next payment only after the answer. It has one channel, or several that take turns.
/// </summary>
internal sealed class LoadClient(IReadOnlyList<PaymentStock> stocks, bool paymentsCount)
{
    private const string RanOut = "the signed payments ran out";

    private readonly int[] _next = new int[stocks.Count];
    private int _turn;

    /// <summary>What it sends each time; null for one that pays by escrow.</summary>
    public FixedCall? Call { get; set; }

    /// <summary>The channel of the call in flight.</summary>
    public PaymentStock Stock => stocks[_turn];

    /// <summary>How many payments the server under test has taken from the channel.</summary>
    public int Paid => _next[_turn];

    /// <summary>Each of its channels has paid.</summary>
    public bool HasUsedEveryChannel => !_next.Contains(0);

    /// <summary>The first answer that was not what a paid call gets; the client stops there.</summary>
    public string? Failure { get; private set; }

    /// <summary>Every signed payment was used.</summary>
    public bool HasRunOut => Failure == RanOut;

    /// <summary>When the call in flight was sent, in ticks of the driver's clock.</summary>
    public long SentAt { get; set; }

    /// <summary>What the answer's header blocks said so far.</summary>
    public ResponseHeaders Answer;

    /// <summary>Body bytes of the answer so far.</summary>
    public int AnswerBytes { get; set; }

    /// <summary>Takes the next payment. Servers that charge nothing are shown the same payments again and again.</summary>
    public bool TryTakePayment(out int index)
    {
        _turn = (_turn + 1) % stocks.Count;
        index = paymentsCount ? _next[_turn] : _next[_turn] % Stock.Count;
        if (Failure is not null || index >= Stock.Count)
        {
            Failure ??= RanOut;
            return false;
        }

        _next[_turn]++;
        Answer = ResponseHeaders.None;
        AnswerBytes = 0;
        return true;
    }

    /// <summary>Has so many payments of each channel signed, and goes on.</summary>
    public void Continue(int payments)
    {
        foreach (PaymentStock stock in stocks)
        {
            stock.Fill(payments);
        }

        Failure = null;
    }

    public void Fail(string reason) => Failure ??= reason;
}
