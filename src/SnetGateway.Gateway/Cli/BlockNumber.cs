using System.Globalization;
using System.Text.Json;

namespace SnetGateway.Gateway.Cli;

/// <summary>Asks a node for the newest block's number, which a request for a channel's state must carry.</summary>
internal static class BlockNumber
{
    public static async ValueTask<ulong> AskAsync(Uri rpc, CancellationToken cancellationToken)
    {
        // The URL may hold a key, so no message repeats it.
        const string Failure = "the Ethereum node did not tell the block number";
        try
        {
            using var http = new HttpClient { MaxResponseContentBufferSize = 65_536 };
            using HttpResponseMessage response = await http.PostAsJsonAsync(
                rpc, new { jsonrpc = "2.0", id = 1, method = "eth_blockNumber", @params = Array.Empty<string>() }, cancellationToken);
            using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            string? text = answer.RootElement.GetProperty("result").GetString();
            return text is ['0', 'x', .. var digits] && ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong number)
                ? number
                : throw new CommandException(ExitCodes.Failed, Failure);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new CommandException(ExitCodes.Failed, Failure);
        }
    }
}
