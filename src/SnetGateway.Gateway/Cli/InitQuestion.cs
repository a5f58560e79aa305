using System.CommandLine;
using System.Text.Encodings.Web;
using SnetGateway.Gateway.Configuration.Schema;

namespace SnetGateway.Gateway.Cli;

/// <summary>A value that only the operator knows: an option of `init`, or a question where a person is at the terminal.</summary>
/// <param name="Name">The option's name.</param>
/// <param name="Text">The question, which is also the option's description.</param>
/// <param name="Example">The value in the template, which is replaced. It is the answer of who answers nothing.</param>
/// <param name="Form">What a valid answer is.</param>
/// <param name="Key">Of a number: its key in the template; null for a text.</param>
/// <param name="IsOfPayments">Whether it is asked only where calls are paid.</param>
internal sealed record InitQuestion(
    string Name, string Text, string Example, ScalarNode Form, string? Key = null, bool IsOfPayments = true)
{
    private static readonly ScalarNode s_price =
        ValueForms.Get("cogs").And("a whole number of cogs", value => value.Length == 1 || !value.StartsWith('0'));

    private static readonly ScalarNode s_id = ScalarNode.Pattern("an id without spaces", @"[^\s\p{Cc}]+");

    /// <summary>All of them, in the order in which they are asked.</summary>
    public static IReadOnlyList<InitQuestion> All { get; } =
    [
        new("--node", "JSON-RPC URL of an Ethereum node", "http://127.0.0.1:8545", ValueForms.Get("url")),
        new(
            "--chain-id", "Chain id: 1 is the main network, 11155111 is Sepolia", "1",
            ScalarNode.Pattern("a whole number from 1 on", "[1-9][0-9]{0,17}"), Key: "ChainId"),
        new(
            "--escrow", "Address of the MultiPartyEscrow contract on that chain", "0xdF8d4826E016aFA8803d94A716FEB70aD5D2B8Ac",
            ValueForms.Get("address")),
        new("--organization", "Id of your organisation in the Registry", "my-org", s_id),
        new(
            "--group-id", "Id of the group that is paid, as the Registry has it", "aGVyZSBzdGFuZCAzMiBieXRlcyBvZiBncm91cCBpZCE=",
            ValueForms.Get("group id")),
        new("--payment-address", "Address that is paid", "0x1111111111111111111111111111111111111111", ValueForms.Get("address")),
        new("--service", "Id of the service in the Registry", "example-service", s_id),
        new("--price", "Price of a call in cogs", "1000", s_price, Key: "Cogs"),
        new("--instance", "URL of an instance of the service", "http://127.0.0.1:7002", ValueForms.Get("url"), IsOfPayments: false),
    ];

    public Option<string?> CreateOption() => new(Name) { Description = $"{Text}. Default: {Example}.", HelpName = "VALUE" };

    /// <summary>A value as the template has it: with its key where it is a number, which may occur elsewhere too.</summary>
    public string Line(string value) =>
        Key is null ? $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value)}\"" : $"\"{Key}\": {value}";
}
