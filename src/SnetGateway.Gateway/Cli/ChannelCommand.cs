using System.CommandLine;
using SnetGateway.Ethereum;
using SnetGateway.Ethereum.OperatorTransactions;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Cli;

/// <summary>
/// `channel`: keeps channels of a consumer, for trials and demonstrations. Amounts are cogs; each command waits until its transaction is
/// mined.
/// </summary>
internal sealed class ChannelCommand(CommandContext context)
{
    private readonly Option<string> _keyFile = new("--key-file")
    {
        Description = "File with the consumer's private key: 64 hex digits, or encrypted (Web3 secret storage, JSON).",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string?> _passwordFile = new("--password-file")
    {
        Description = $"File with the password of an encrypted key file. Default: the environment variable {KeyFile.PasswordVariable}.",
        HelpName = "FILE",
    };

    private readonly Argument<string> _channel = new("ID") { Description = "The channel." };

    public static Command Create(CommandContext context)
    {
        var command = new ChannelCommand(context);
        return new Command("channel", "Opens and keeps payment channels as a consumer.")
        {
            command.CreateOpen(), command.CreateExtend(), command.CreateAddFunds(), command.CreateWithdraw(), command.CreateList(),
        };
    }

    private Command CreateOpen()
    {
        Option<string> value = Amount("--value", "Cogs to put into the channel.");
        Option<long> expiresIn = Blocks("--expires-in", "Blocks from now after which the rest can be taken back.");
        var group = new Option<string?>("--group") { Description = "The group, by its name in the configuration.", HelpName = "NAME" };
        var signer = new Option<string?>("--signer")
        {
            Description = "Address that may sign in addition to the consumer. Default: the consumer itself.", HelpName = "ADDRESS",
        };
        var command = new Command("open", "Opens a channel to a group of the configuration, and prints its id.")
        {
            value, expiresIn, group, signer, _keyFile, _passwordFile,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, async (options, channels, consumer) =>
        {
            GroupOptions paid = GroupOf(options, parsed.GetValue(group));
            string signerText = parsed.GetValue(signer) ?? $"{consumer}";
            if (!Address.TryParse(signerText, out Address signs))
            {
                throw new CommandException(ExitCodes.Usage, $"--signer: {ErrorList.Quote(signerText)} is not an address");
            }

            var groupId = new Bytes32(Convert.FromBase64String(paid.GroupId));
            ulong expiration = await channels.BlockNumberAsync(cancellationToken) + (ulong)parsed.GetValue(expiresIn);
            ChannelId opened = await MinedAsync(channels.OpenAsync(
                signs, Address.Parse(paid.PaymentAddress), groupId, Cogs(parsed, value), expiration, cancellationToken));
            context.Terminal.Output.WriteLine($"{opened}");
        }));
        return command;
    }

    private Command CreateExtend()
    {
        Option<long> by = Blocks("--expires-in", "Blocks from now after which the rest can be taken back; never earlier than before.");
        var command = new Command("extend", "Extends a channel of the consumer.") { _channel, by, _keyFile, _passwordFile };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, async (_, channels, _) =>
        {
            ulong expiration = await channels.BlockNumberAsync(cancellationToken) + (ulong)parsed.GetValue(by);
            await ReportAsync(channels.ExtendAsync(Channel(parsed), expiration, cancellationToken));
        }));
        return command;
    }

    private Command CreateAddFunds()
    {
        Option<string> amount = Amount("--amount", "Cogs to add.");
        var command = new Command("add-funds", "Adds funds to a channel.") { _channel, amount, _keyFile, _passwordFile };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, async (_, channels, _) =>
            await ReportAsync(channels.AddFundsAsync(Channel(parsed), Cogs(parsed, amount), cancellationToken))));
        return command;
    }

    private Command CreateWithdraw()
    {
        var command = new Command("withdraw", "Takes the funds of an expired channel back.") { _channel, _keyFile, _passwordFile };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, async (_, channels, _) =>
            await ReportAsync(channels.WithdrawAsync(Channel(parsed), cancellationToken))));
        return command;
    }

    private Command CreateList()
    {
        var from = new Option<long?>("--from-block")
        {
            Description = "First block to search. Default: 500,000 blocks ago. Some nodes need a later one.", HelpName = "BLOCK",
        };
        var command = new Command("list", "Lists the channels that the consumer opened.") { from, _keyFile, _passwordFile };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, async (_, channels, _) =>
        {
            const ulong Range = 500_000;
            ulong head = await channels.BlockNumberAsync(cancellationToken);
            ulong first = (ulong?)parsed.GetValue(from) ?? (head > Range ? head - Range : 0);
            var blocks = new WorkDone("Searching", "blocks");
            blocks.AddToAll((long)(head - Math.Min(first, head) + 1));
            await using var progress = ProgressLine.Start(context.Terminal, blocks, TimeProvider.System);
            IReadOnlyList<ChannelReading> found = await channels.ListAsync(first, count => blocks.Add((long)count), cancellationToken);
            await progress.EndAsync();
            foreach (ChannelReading channel in found)
            {
                context.Terminal.Output.WriteLine(
                    $"channel {channel.Id}: {channel.Value} cogs, nonce {channel.Nonce}, expires at block {channel.Expiration} "
                        + $"({(channel.Expiration <= head ? "expired" : "open")}), pays {channel.Recipient}");
            }
        }));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Func<GatewayOptions, ConsumerChannels, Address, Task> run)
    {
        if (await context.LoadAsync(context.Loader(parsed)) is not { } result)
        {
            return ExitCodes.Usage;
        }

        ChainOptions chain = result.Options.Chain;
        if (!chain.IsConfigured)
        {
            throw new CommandException(ExitCodes.Usage, $"{ChainOptions.Section} is not configured");
        }

        using var sender = new TransactionSender(
            new Uri(chain.Endpoints[0]), chain.ChainId, KeyFile.Read(parsed.GetRequiredValue(_keyFile), parsed.GetValue(_passwordFile)),
            TimeProvider.System);
        try
        {
            await run(result.Options, new ConsumerChannels(sender, Address.Parse(chain.EscrowAddress)), sender.Sender);
            return ExitCodes.Done;
        }
        catch (TransactionException e)
        {
            throw new CommandException(ExitCodes.Failed, e.Message);
        }
    }

    private Task<T> MinedAsync<T>(ValueTask<T> transaction) => context.WaitAsync("Waiting until the transaction is mined", transaction);

    private async Task ReportAsync(ValueTask<MinedTransaction> transaction)
    {
        MinedTransaction mined = await MinedAsync(transaction);
        context.Terminal.Output.WriteLine($"Done by transaction {mined.Hash}.");
    }

    private ChannelId Channel(ParseResult parsed) => UInt256.TryParse(parsed.GetRequiredValue(_channel), out UInt256 id)
        ? new ChannelId(id)
        : throw new CommandException(ExitCodes.Usage, "ID: write the number of a channel");

    private static GroupOptions GroupOf(GatewayOptions options, string? name) => name is null && options.Groups.Count == 1
        ? options.Groups.Values.Single()
        : options.Groups.GetValueOrDefault(name ?? "") ?? throw new CommandException(
            ExitCodes.Usage, $"--group: write one of {string.Join(", ", options.Groups.Keys)}");

    private static UInt256 Cogs(ParseResult parsed, Option<string> option) =>
        UInt256.TryParse(parsed.GetRequiredValue(option), out UInt256 cogs) && !cogs.IsZero
            ? cogs
            : throw new CommandException(ExitCodes.Usage, $"{option.Name}: write a whole number of cogs above 0");

    private static Option<string> Amount(string name, string description) =>
        new(name) { Description = description, HelpName = "COGS", Required = true };

    private static Option<long> Blocks(string name, string description)
    {
        const long Most = 100_000_000;
        var option = new Option<long>(name) { Description = description, HelpName = "BLOCKS", Required = true };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() is < 1 or > Most)
            {
                result.AddError($"{name}: write 1 to {Most}");
            }
        });
        return option;
    }
}
