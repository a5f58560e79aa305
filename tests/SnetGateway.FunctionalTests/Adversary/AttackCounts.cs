using System.Text.RegularExpressions;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Values;

namespace SnetGateway.FunctionalTests.Adversary;

/// <summary>
/// What came of the calls of one attack. A payment is what one signature is worth, however it is spelled; a grant is a call that brought
/// its client a byte of a response message, or OK.
/// </summary>
internal sealed partial class AttackCounts
{
    private readonly Lock _lock = new();
    private readonly List<(Payment Payment, RawCall Call)> _calls = [];
    private readonly Dictionary<Payment, int> _grants = [];
    private readonly Dictionary<string, int> _answers = [];
    private readonly List<string> _problems = [];
    private int _attempts;

    public int Attempts => _attempts;

    /// <summary>Payments that were granted at all.</summary>
    public int Granted => _grants.Count;

    /// <summary>The most grants of any one payment: above 1 something was sold twice.</summary>
    public int MostGrants => _grants.Values.DefaultIfEmpty().Max();

    /// <summary>Calls that reached the service; null where nobody counts them.</summary>
    public ulong? Executions { get; set; }

    /// <summary>What went wrong, if anything did.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Figures beside the counts.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Every answer but a grant, and how often it was given. Numbers in texts are left out.</summary>
    public IReadOnlyDictionary<string, int> Answers => _answers;

    public bool IsRefused => MostGrants <= 1 && _problems.Count == 0;

    /// <summary>A call with this payment has begun.</summary>
    public void Begun(Payment payment, RawCall call)
    {
        lock (_lock)
        {
            _attempts++;
            _calls.Add((payment, call));
        }
    }

    /// <summary>An attempt that is no gRPC call over HTTP/2.</summary>
    public void Tried(string answer)
    {
        lock (_lock)
        {
            _attempts++;
            Tell(answer);
        }
    }

    public void Problem(string problem)
    {
        lock (_lock)
        {
            _problems.Add(problem);
        }
    }

    /// <summary>How often this payment has been granted so far.</summary>
    public int GrantsOf(Payment payment)
    {
        lock (_lock)
        {
            return _calls.Count(begun => begun.Payment == payment && IsGrant(begun.Call));
        }
    }

    /// <summary>The highest granted total of a channel at a nonce.</summary>
    public ulong HighestGranted(UInt256 channel, ulong nonce)
    {
        lock (_lock)
        {
            return _calls.Where(begun => begun.Payment.Channel == channel && begun.Payment.Nonce == nonce && IsGrant(begun.Call))
                .Select(begun => begun.Payment.Amount).DefaultIfEmpty().Max();
        }
    }

    /// <summary>The attack is over: what every call brought is counted.</summary>
    public void Close()
    {
        lock (_lock)
        {
            foreach ((Payment payment, RawCall call) in _calls)
            {
                if (IsGrant(call))
                {
                    _grants[payment] = _grants.GetValueOrDefault(payment) + 1;
                }
                else
                {
                    Tell(
                        call.WasReset ? "given up" : !call.Reply.IsCompletedSuccessfully ? "no answer"
                        : call.Reply.Result.Status >= 0 ? $"{call.Reply.Result.Status}: {call.Reply.Result.Message}"
                        : call.Reply.Result.Reset is { } code ? $"reset {code}" : $"HTTP {call.Reply.Result.Http}");
                }
            }

            _calls.Clear();
        }
    }

    private static bool IsGrant(RawCall call) =>
        call.IsGrpc && (call.FirstData.IsCompletedSuccessfully || (call.Reply.IsCompletedSuccessfully && call.Reply.Result.Status == 0));

    private void Tell(string answer)
    {
        string kind = Number().Replace(answer, "#");
        _answers[kind] = _answers.GetValueOrDefault(kind) + 1;
    }

    [GeneratedRegex("[0-9]{2,}")]
    private static partial Regex Number();
}

/// <summary>What one signature is worth.</summary>
/// <param name="Sender">Whose channel: after a reorganisation an id may be another's.</param>
/// <param name="Channel">The channel's id.</param>
/// <param name="Nonce">The channel's nonce.</param>
/// <param name="Amount">The total that was signed, in cogs.</param>
internal readonly record struct Payment(Address Sender, UInt256 Channel, ulong Nonce, ulong Amount);
