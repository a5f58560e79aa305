using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using SnetGateway.Ethereum.Registry;
using SnetGateway.Gateway.Publishing;
using SnetGateway.Gateway.ServiceMetadata;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Cli;

/// <summary>`organization create` registers an organisation with one payment group, and `organization show` prints one.</summary>
internal static class OrganizationCommand
{
    public static Command Create(CommandContext context) =>
        new("organization", "Registers an organisation in the Registry, or shows one.") { CreateCreate(context), CreateShow(context) };

    private static Command CreateCreate(CommandContext context)
    {
        var id = new Argument<string>("ID") { Description = "The id in the Registry, 1 to 32 bytes. It cannot be changed." };
        var name = new Option<string?>("--name") { Description = "The name for people. Default: the id.", HelpName = "TEXT" };
        var payee = new Option<string>("--payment-address")
        {
            Description = "The address that consumers' channels pay: 0x and 40 hex digits.", HelpName = "ADDRESS", Required = true,
        };
        var group = new Option<string>("--group")
        {
            Description = "Name of the payment group.", HelpName = "NAME", DefaultValueFactory = _ => "default_group",
        };
        var threshold = new Option<long>("--expiration-threshold")
        {
            Description = "Blocks that a channel must have left, 1 to 100,000,000.", HelpName = "BLOCKS", DefaultValueFactory = _ => 40_320,
        };
        var writer = new RegistryWriter(context);
        var command = new Command(
            "create", "Prints the metadata of a new organisation with one payment group, and with --yes publishes it.")
        {
            id, name, payee, group, threshold,
        };
        writer.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string organization = parsed.GetRequiredValue(id), address = parsed.GetRequiredValue(payee);
            if (!Address.TryParse(address, out Address parsedAddress) || parsedAddress.IsZero)
            {
                throw new CommandException(ExitCodes.Usage, $"{ErrorList.Quote(address)} is not an address: write 0x and 40 hex digits");
            }

            if (parsed.GetValue(threshold) is < 1 or > 100_000_000)
            {
                throw new CommandException(ExitCodes.Usage, "--expiration-threshold: write 1 to 100000000");
            }

            if (!RegisteredService.IsId(organization))
            {
                throw new CommandException(ExitCodes.Usage, "ID: write 1 to 32 bytes");
            }

            MetadataOptions options = writer.Read(parsed);
            if ((await RegistryWriter.FindAsync(options, new DocumentId(organization, null), cancellationToken)).Uri is not null)
            {
                throw new CommandException(ExitCodes.Failed, $"the Registry has an organisation {ErrorList.Quote(organization)} already");
            }

            JsonObject document = new OrganizationPublication(
                organization, parsed.GetValue(name) ?? organization, parsed.GetRequiredValue(group),
                Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), address, parsed.GetValue(threshold)).Write();
            return await writer.PublishAsync(
                parsed, options, null, document, uri => RegistryTransactions.CreateOrganization(organization, uri), cancellationToken);
        });
        return command;
    }

    private static Command CreateShow(CommandContext context)
    {
        var id = new Argument<string>("ID") { Description = "The id in the Registry." };
        var writer = new RegistryWriter(context);
        var command = new Command("show", "Prints the metadata of an organisation, after its hash was verified.") { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string organization = parsed.GetRequiredValue(id);
            if (!RegisteredService.IsId(organization))
            {
                throw new CommandException(ExitCodes.Usage, "ID: write 1 to 32 bytes");
            }

            (string? uri, JsonObject? document) =
                await RegistryWriter.FindAsync(writer.Read(parsed), new DocumentId(organization, null), cancellationToken);
            if (document is null)
            {
                throw new CommandException(ExitCodes.Failed, $"the Registry has no organisation {ErrorList.Quote(organization)}");
            }

            context.Terminal.Output.WriteLine(uri);
            context.Terminal.Output.WriteLine(DocumentText.Indented(document));
            return ExitCodes.Done;
        });
        return command;
    }
}
