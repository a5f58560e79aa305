using System.Diagnostics.CodeAnalysis;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Prices;

/// <summary>
/// Bounds the price requests of one service that run at the same time, and those of each payer to a quarter, so that no payer keeps the
/// others waiting.
/// </summary>
[SuppressMessage(
    "Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing to dispose, and a reload must not cut its users.")]
internal sealed class PriceSlots(int most)
{
    private const int PayersShare = 4;

    private readonly SemaphoreSlim _all = new(most);
    private readonly int _mostOfPayer = Math.Max(1, most / PayersShare);
    private readonly Lock _gate = new();
    private readonly Dictionary<Address, Payer> _payers = [];

    /// <summary>Payers with a request that runs or waits.</summary>
    public int Payers
    {
        get
        {
            lock (_gate)
            {
                return _payers.Count;
            }
        }
    }

    /// <summary>Waits for a slot. Disposing the result gives it back.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while it waited, with nothing held.</exception>
    public async ValueTask<IDisposable> EnterAsync(Address payer, CancellationToken cancellationToken)
    {
        Payer own = Join(payer);
        bool isInside = false;
        try
        {
            await own.Slots.WaitAsync(cancellationToken);
            isInside = true;
            await _all.WaitAsync(cancellationToken);
            return new Slot(this, payer, own);
        }
        catch
        {
            Leave(payer, own, isInside);
            throw;
        }
    }

    private Payer Join(Address address)
    {
        lock (_gate)
        {
            if (!_payers.TryGetValue(address, out Payer? payer))
            {
                _payers.Add(address, payer = new Payer(_mostOfPayer));
            }

            payer.Users++;
            return payer;
        }
    }

    private void Leave(Address address, Payer payer, bool isInside)
    {
        if (isInside)
        {
            payer.Slots.Release();
        }

        lock (_gate)
        {
            if (--payer.Users == 0)
            {
                _payers.Remove(address);
            }
        }
    }

    private sealed class Payer(int most)
    {
        public SemaphoreSlim Slots { get; } = new(most);

        /// <summary>Requests that run or wait.</summary>
        public int Users { get; set; }
    }

    private sealed class Slot(PriceSlots slots, Address address, Payer payer) : IDisposable
    {
        public void Dispose()
        {
            slots._all.Release();
            slots.Leave(address, payer, isInside: true);
        }
    }
}
