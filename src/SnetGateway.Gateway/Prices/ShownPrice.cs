using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Prices;

/// <summary>A price that the client wants to see: in the header <see cref="Header"/> of the response, also of a refusal.</summary>
internal sealed class ShownPrice : IPriceSource
{
    public const string Header = "snet-price-cogs";

    private readonly IPriceSource _prices;
    private UInt256? _cogs;

    private ShownPrice(IPriceSource prices, HttpResponse response)
    {
        _prices = prices;

        // As late as possible: the gateway's own statuses and the proxy replace headers that were set earlier.
        response.OnStarting(() =>
        {
            if (_cogs is { } cogs)
            {
                response.Headers[Header] = cogs.ToString();
            }

            return Task.CompletedTask;
        });
    }

    public bool WasAsked => _prices.WasAsked;

    /// <summary>A price that costs nothing to find is shown in any case, another one only to a payer.</summary>
    /// <param name="prices">The prices.</param>
    /// <param name="response">The response.</param>
    /// <param name="method">The method that is called.</param>
    public static ShownPrice Of(IPriceSource prices, HttpResponse response, string method)
    {
        var shown = new ShownPrice(prices, response);
        if (prices is AskedPrice)
        {
            return shown;
        }

        ValueTask<Price> price = prices.PriceOfAsync(method, default, default);
        if (price.IsCompletedSuccessfully)
        {
            shown.Keep(price.Result);
        }

        return shown;
    }

    public async ValueTask<Price> PriceOfAsync(string method, Address payer, CancellationToken cancellationToken)
    {
        Price price = await _prices.PriceOfAsync(method, payer, cancellationToken);
        Keep(price);
        return price;
    }

    private void Keep(Price price) => _cogs = price.Refusal is null ? price.Cogs : null;
}
