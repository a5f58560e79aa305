using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Metering;

/// <summary>
/// A price that is known when the call has ended. The price of the model is then the ceiling: the most that a call may cost, which is paid
/// before the first byte; what the call does not use becomes the payer's credit when it ends.
/// </summary>
public sealed class MeteredPriceOptions
{
    public const string None = "none";
    public const string Trailer = "trailer";
    public const string Message = "message";
    public const string Kibibyte = "kibibyte";
    public const string Second = "second";

    /// <summary>
    /// What the price follows from: none (it is the price of the model), trailer (the service reports it in the trailer
    /// `snet-final-price-cogs`), message (each message of the response), kibibyte (each begun 1,024 bytes of the response's messages), or
    /// second (each begun second until the response ends). Default none.
    /// </summary>
    [AllowedValues(None, Trailer, Message, Kibibyte, Second)]
    public string By { get; set; } = None;

    /// <summary>For message, kibibyte and second: what each of them costs, 1 to 2^256-1 cogs, at most the price of the model.</summary>
    [DataType("cogs")]
    public string? UnitCogs { get; set; }
}
