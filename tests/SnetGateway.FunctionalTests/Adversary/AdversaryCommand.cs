using System.Globalization;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Values;

namespace SnetGateway.FunctionalTests.Adversary;

/// <summary>The adversary's command line. What each option means stands in tests/campaigns/adversarial.sh.</summary>
internal static class AdversaryCommand
{
    public const string Name = "adversary";

    private const int WrongUsage = 2;

    private static readonly string[] s_flags = ["--list", "--short", "--no-tests"];
    private static readonly string[] s_options =
    [
        "--seed", "--only", "--endpoint", "--chain", "--escrow", "--recipient", "--group-id", "--key-file", "--method", "--message",
        "--price", "--threshold",
        "--recipient-key-file", "--service",
    ];

    /// <returns>0 when every attack was refused, 1 when one was not, 2 for wrong usage.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output)
    {
        var options = new Dictionary<string, string>();
        for (int i = 0; i < arguments.Length; i++)
        {
            bool isFlag = s_flags.Contains(arguments[i]);
            if (!isFlag && (!s_options.Contains(arguments[i]) || i + 1 == arguments.Length))
            {
                return Wrong(output, $"{arguments[i]} is no option, or has no value");
            }

            options[arguments[i]] = isFlag ? "yes" : arguments[++i];
        }

        if (options.ContainsKey("--list"))
        {
            List(output);
            return 0;
        }

        int seed = options.TryGetValue("--seed", out string? text) ? int.Parse(text, CultureInfo.InvariantCulture) : Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var report = new AttackReport(output.WriteLine);
        try
        {
            if (options.ContainsKey("--endpoint"))
            {
                using EscrowChain chain = new(
                    new Uri(Given(options, "--chain")), Address.Parse(Given(options, "--escrow").ToLowerInvariant()));
                await AttackAsync(Read(options, chain), options, seed, report, output);
            }
            else
            {
                await using (OwnGroup group = await OwnGroup.StartAsync())
                {
                    await AttackAsync(group.Target, options, seed, report, output);
                    if (await group.VerifyAsync() is { } fault)
                    {
                        throw new InvalidOperationException($"The ledger is not clean afterwards: {fault}");
                    }
                }

                if (!options.ContainsKey("--no-tests") && !options.ContainsKey("--only"))
                {
                    await SuiteAttacks.RunAsync(report);
                }
            }
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            return Wrong(output, exception.Message);
        }

        report.End();
        output.WriteLine(report.Failed == 0 ? "every attack was refused" : $"{report.Failed} attacks were NOT refused");
        return report.Failed == 0 ? 0 : 1;
    }

    private static async Task AttackAsync(
        AttackTarget target, Dictionary<string, string> options, int seed, AttackReport report, TextWriter output)
    {
        string only = options.GetValueOrDefault("--only", string.Empty);
        ILookup<bool, Attack> attacks = AttackList.All.Where(attack => attack.Name.Contains(only, StringComparison.Ordinal))
            .ToLookup(attack => attack.Missing(target) == 0);
        if (attacks.Count == 0)
        {
            throw new ArgumentException($"no attack's name holds \"{only}\": --list lists them");
        }

        await AttackRunner.RunAsync(target, attacks[true], seed, options.ContainsKey("--short"), report);
        foreach (Attack left in attacks[false])
        {
            output.WriteLine($"left out: {left.Name} (needs {left.Missing(target)})");
        }

        if (target.Group is null)
        {
            SuiteAttacks.Names.ToList().ForEach(name => output.WriteLine($"left out: {name} (needs its own harness)"));
        }
    }

    private static AttackTarget Read(Dictionary<string, string> options, EscrowChain chain)
    {
        var target = new AttackTarget
        {
            Gateways = [.. Given(options, "--endpoint").Split(',').Select(endpoint => new Uri(endpoint))],
            Chain = chain,
            Key = ReadKey(Given(options, "--key-file")),
            Recipient = Address.Parse(Given(options, "--recipient").ToLowerInvariant()),
            GroupId = Bytes32.TryParseBase64(Given(options, "--group-id"), out Bytes32 id)
                ? id
                : throw new ArgumentException("--group-id is base64 of 32 bytes"),
            RecipientKey = options.TryGetValue("--recipient-key-file", out string? file) ? ReadKey(file) : null,
            Service = options.TryGetValue("--service", out string? service) ? new Uri(service) : null,
        };
        return target with
        {
            Method = options.GetValueOrDefault("--method", target.Method),
            Message = options.TryGetValue("--message", out string? message) ? Convert.FromBase64String(message) : target.Message,
            Price = options.TryGetValue("--price", out string? price) ? ulong.Parse(price, CultureInfo.InvariantCulture) : target.Price,
            Threshold = options.TryGetValue("--threshold", out string? blocks)
                ? ulong.Parse(blocks, CultureInfo.InvariantCulture)
                : target.Threshold,
        };
    }

    private static void List(TextWriter output)
    {
        foreach (Attack attack in AttackList.All)
        {
            output.WriteLine(attack.Needs == 0 ? attack.Name : $"{attack.Name} (needs {attack.Needs})");
        }

        SuiteAttacks.Names.ToList().ForEach(name => output.WriteLine($"{name} (needs its own harness)"));
    }

    private static PrivateKey ReadKey(string file) => PrivateKey.Parse(File.ReadAllText(file));

    private static string Given(Dictionary<string, string> options, string name) =>
        options.TryGetValue(name, out string? value) ? value : throw new ArgumentException($"{name} is missing");

    private static int Wrong(TextWriter output, string message)
    {
        output.WriteLine(message);
        return WrongUsage;
    }
}
