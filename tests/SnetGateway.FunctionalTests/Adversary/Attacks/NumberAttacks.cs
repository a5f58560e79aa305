using System.Globalization;
using System.Numerics;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Values;

namespace SnetGateway.FunctionalTests.Adversary.Attacks;

/// <summary>Ids, nonces and amounts that are written in ways in which no client writes them.</summary>
internal static class NumberAttacks
{
    private static readonly BigInteger s_twoTo256 = BigInteger.One << 256;

    /// <summary>
    /// What was paid for is shown again under every other spelling; what was not is shown under all spellings at once, the right one among
    /// them.
    /// </summary>
    public static async Task ManySpellingsAsync(AttackRun run)
    {
        Payer payer = await run.OpenAsync();
        await payer.GoOnAsync();
        await run.ShowAllAsync(Spelled(run, payer, payer.Signed), payer.Payment(payer.Signed));
        foreach (int gateway in run.Everywhere)
        {
            ulong amount = payer.Next;
            List<List<(string Name, string Value)>> all = [.. Spelled(run, payer, amount)];
            all.Insert(all.Count / 2, payer.Headers(amount));
            await Task.WhenAll(
                all.Select((headers, i) => run.CallAsync((gateway + i) % run.Everywhere.Count, payer.Payment(amount), headers)));
            run.MustBeGranted(payer.Payment(amount));
            payer.Signed = amount;
        }

        await payer.GoOnAsync();
    }

    public static async Task HugeIdsAsync(AttackRun run)
    {
        Payer payer = await run.OpenAsync();
        await payer.PayAsync();
        BigInteger[] numbers =
        [
            BigInteger.One << 63, BigInteger.One << 64, (BigInteger.One << 64) + Number(payer.Channel.Value), BigInteger.One << 128,
            BigInteger.One << 255,
            s_twoTo256 - 1, s_twoTo256, s_twoTo256 + 1, BigInteger.Pow(10, 100), BigInteger.Pow(10, 4_000),
        ];
        foreach (BigInteger number in numbers)
        {
            byte[] bytes = (number % s_twoTo256).ToByteArray(isUnsigned: true, isBigEndian: true);
            var id = new ChannelId(UInt256.ReadBigEndian([.. new byte[UInt256.Size - bytes.Length], .. bytes]));
            string text = number.ToString(CultureInfo.InvariantCulture);
            await Task.WhenAll(run.Everywhere.Select(async gateway =>
            {
                // Rightly signed over what the contract would read.
                List<(string Name, string Value)> headers = payer.Headers(payer.Next, signature: payer.Sign(payer.Next, of: id));
                RawReply reply = await run.CallAsync(
                    gateway, payer.Payment(payer.Next) with { Channel = id.Value }, With(headers, PaymentMetadata.ChannelId, text));
                run.MustBeRefused(reply, $"channel id {text[..Math.Min(text.Length, 90)]}");
                foreach (string key in new[] { PaymentMetadata.ChannelNonce, PaymentMetadata.ChannelAmount })
                {
                    run.MustBeRefused(
                        await run.CallAsync(gateway, payer.Payment(payer.Next), With(payer.Headers(payer.Next), key, text)),
                        $"{key} {text[..Math.Min(text.Length, 90)]}");
                }
            }));
        }

        await payer.GoOnAsync();
    }

    /// <summary>The headers of a payment with one of its numbers spelled otherwise.</summary>
    private static IEnumerable<List<(string Name, string Value)>> Spelled(AttackRun run, Payer payer, ulong amount)
    {
        (string Key, BigInteger Number)[] numbers =
            [
                (PaymentMetadata.ChannelId, Number(payer.Channel.Value)), (PaymentMetadata.ChannelNonce, payer.Nonce),
                (PaymentMetadata.ChannelAmount, amount),
            ];
        foreach ((string key, BigInteger number) in numbers)
        {
            foreach (string spelling in Spellings(number, run.Times(64, 3)))
            {
                yield return With(payer.Headers(amount), key, spelling);
            }
        }
    }

    private static IEnumerable<string> Spellings(BigInteger number, int multiples)
    {
        string text = number.ToString(CultureInfo.InvariantCulture);
        string hex = number.ToString("x", CultureInfo.InvariantCulture);
        for (int k = 1; k <= multiples; k++)
        {
            yield return (number + (k * s_twoTo256)).ToString(CultureInfo.InvariantCulture); // the contract reads the same number
        }

        yield return (number - s_twoTo256).ToString(CultureInfo.InvariantCulture);
        foreach (string spelling in new[]
        {
            $"0{text}", $"00{text}", $"+{text}", $"-{text}", $" {text}", $"{text} ", $"\t{text}", $"{text}.0", $"{text}e0", $"0x{hex}",
            $"0X{hex}", $"0{text}_", $"{text},", $"{text}, {text}", $"{text},{text}",
        })
        {
            yield return spelling;
        }
    }

    private static List<(string Name, string Value)> With(List<(string Name, string Value)> headers, string name, string value) =>
        [.. headers.Select(header => header.Name == name ? (name, value) : header)];

    private static BigInteger Number(UInt256 number) => BigInteger.Parse(number.ToString(), CultureInfo.InvariantCulture);

    /// <summary>Each at every gateway, one after the other.</summary>
    private static async Task ShowAllAsync(this AttackRun run, IEnumerable<List<(string Name, string Value)>> shown, Payment payment)
    {
        foreach (List<(string Name, string Value)> headers in shown)
        {
            foreach (int gateway in run.Everywhere)
            {
                run.MustBeRefused(await run.CallAsync(gateway, payment, headers), $"{payment}, spelled otherwise,");
            }
        }
    }
}
