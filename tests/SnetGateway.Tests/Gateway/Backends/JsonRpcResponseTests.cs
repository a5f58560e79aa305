using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using SnetGateway.Gateway.Backends.JsonRpc;
using SnetGateway.Gateway.Backends.Translation;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Backends;

/// <summary>The reader of responses against a slow, plain second reading, over damaged and made-up texts.</summary>
[Trait("Needs", "time")]
public sealed class JsonRpcResponseTests(ITestOutputHelper output)
{
    private const long Id = 17;

    private static readonly string[] s_texts =
    [
        """{"jsonrpc":"2.0","id":17,"result":{"a":[1,"}"],"b":null}}""",
        """{"jsonrpc":"2.0","id":17,"error":{"code":-32602,"message":"m","data":{"code":1}}}""",
        """{"jsonrpc":"2.0","id":null,"error":{"code":5,"message":"\u00e4"}}""",
        """ { "result" : null , "id" : 17 , "jsonrpc" : "2.0" , "more" : [ {} ] } """,
        """{"jsonrpc":"2.0","id":17,"result":"x","error":null}""",
    ];

    private static readonly string[] s_values =
        [
            "17", "\"17\"", "null", "\"2.0\"", "2.0", "{}", "[]", "{\"code\":1,\"message\":\"m\"}", "{\"code\":1.5,\"message\":\"m\"}",
            "{\"message\":\"m\"}", "true", "1e2",
        ];

    [Fact]
    public void Read_DamagedTexts_AsTheSecondReading()
    {
        Random random = Seeds.Random(output.WriteLine);
        int read = 0;
        for (int round = 0; round < 200_000; round++)
        {
            byte[] text = Encoding.UTF8.GetBytes(s_texts[random.Next(s_texts.Length)]);
            for (int damage = random.Next(3); damage > 0; damage--)
            {
                text[random.Next(text.Length)] = (byte)(random.Next(4) == 0 ? random.Next(256) : "{}[]\",:0127nul .\\"[random.Next(17)]);
            }

            read += Compare(text) ? 1 : 0;
        }

        Assert.InRange(read, 20_000, 180_000);
    }

    [Fact]
    public void Read_MadeUpMembers_AsTheSecondReading()
    {
        Random random = Seeds.Random(output.WriteLine);
        int read = 0;
        for (int round = 0; round < 100_000; round++)
        {
            var members = new List<string>();
            foreach (string name in (string[])["jsonrpc", "id", "result", "error", "other"])
            {
                string usual = name switch
                {
                    "jsonrpc" => "\"2.0\"",
                    "id" => "17",
                    "result" => "{}",
                    "error" => "{\"code\":1,\"message\":\"m\"}",
                    _ => "[1]",
                };
                for (int times = random.Next(12) switch { 0 => 2, < 4 => 0, _ => 1 }; times > 0; times--)
                {
                    members.Add($"\"{name}\":{(random.Next(3) == 0 ? s_values[random.Next(s_values.Length)] : usual)}");
                }
            }

            read += Compare(Encoding.UTF8.GetBytes("{" + string.Join(',', members.OrderBy(_ => random.Next())) + "}")) ? 1 : 0;
        }

        Assert.InRange(read, 3_000, 90_000);
    }

    /// <summary>True when both read a response, and the same one; fails where one of them does not.</summary>
    private static bool Compare(byte[] text)
    {
        string? expected = ReadSlowly(text);
        string? seen;
        try
        {
            var response = JsonRpcResponse.Read(text, Id);
            seen = response.Error is { } error ? $"{error.CodeText} {error.Message}" : Encoding.UTF8.GetString(response.Result.Span);
        }
        catch (ServiceFaultException)
        {
            seen = null;
        }

        Assert.True(expected == seen, $"{Encoding.UTF8.GetString(text)}\nexpected: {expected}\nseen: {seen}");
        return seen is not null;
    }

    private static string? ReadSlowly(byte[] text)
    {
        if (!Utf8.IsValid(text))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            JsonElement whole = document.RootElement;
            if (whole.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            JsonProperty[] members = [.. whole.EnumerateObject()];
            JsonElement? One(string name)
            {
                JsonElement[] found = [.. members.Where(member => member.NameEquals(name)).Select(member => member.Value)];
                return found.Length > 1 ? throw new FormatException() : found.Length == 1 ? found[0] : null;
            }

            JsonElement? version = One("jsonrpc"), id = One("id"), result = One("result"), error = One("error");
            bool isError = error is { ValueKind: not JsonValueKind.Null };
            bool isAnswer = id is { } given
                && (given.GetRawText() == Id.ToString(CultureInfo.InvariantCulture) || (isError && given.ValueKind == JsonValueKind.Null));
            if (version?.GetRawText() != "\"2.0\"" || !isAnswer)
            {
                return null;
            }

            if (!isError)
            {
                return result?.GetRawText();
            }

            if (result is { ValueKind: not JsonValueKind.Null } || error!.Value.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            return error.Value.TryGetProperty("code", out JsonElement code) && code.TryGetInt64(out long number)
                && error.Value.TryGetProperty("message", out JsonElement message) && message.ValueKind == JsonValueKind.String
                ? string.Create(CultureInfo.InvariantCulture, $"{number} {message.GetString()}")
                : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }
}
