using System.CommandLine;
using SnetGateway.Ethereum.Registry;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.ServiceMetadata;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Cli;

/// <summary>`registry show` compares the Registry with what is in force, and `registry confirm-payee` confirms a payment address.</summary>
internal static class RegistryCommand
{
    public static Command Create(CommandContext context) =>
        new("registry", "Shows the metadata of the services, or confirms a changed payment address.")
        {
            CreateShow(context), CreateConfirm(context),
        };

    private static Command CreateShow(CommandContext context)
    {
        var command = new Command(
            "show", "Prints where the metadata of each service is now, what the gateway has in force, and whom the groups pay.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Registration registration = Read(context, parsed);
            MetadataOptions options = registration.Options;
            Address registry = MetadataSource.RegistryOf(options.Registry, options.Chain.ChainId)
                ?? throw new CommandException(ExitCodes.Usage, $"set {RegistryOptions.Section}:{nameof(RegistryOptions.Address)}");
            DocumentId[] ids = [.. registration.Services.SelectMany(service => service.Published).Distinct()];
            using var source = new MetadataSource(options.Chain, registry, options.Registry.Ipfs, TimeProvider.System);
            var cache = new DocumentCache(options.Registry.Folder);
            TextWriter output = context.Terminal.Output;
            foreach ((DocumentId id, string? uri) in ids.Zip(await LocateAsync(source, ids, cancellationToken)))
            {
                string? inForce = cache.Read(id)?.Uri;
                string state = uri is null ? "not registered" : uri == inForce ? "in force" : $"in force: {inForce ?? "none"}";
                output.WriteLine($"{id}: {uri ?? "none"} ({state})");
            }

            var payees = new Payees(options.Registry.Folder);
            IEnumerable<(string Organization, string Group)> groups =
                registration.Services.Select(one => (one.OrganizationId, one.GroupName)).Distinct();
            foreach ((string organization, string group) in groups)
            {
                string payee = payees.Find(organization, group)?.ToString() ?? "none yet";
                output.WriteLine($"payment address of {ErrorList.Clean(organization)}, group {ErrorList.Clean(group)}: {payee}");
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static Command CreateConfirm(CommandContext context)
    {
        var service = new Argument<string>("SERVICE") { Description = "A service of the group, by its name in the configuration." };
        var address = new Argument<string>("ADDRESS") { Description = "The payment address." };
        var command = new Command(
            "confirm-payee",
            "Confirms that the group of a service is paid at an address: metadata that says so comes into force. A running gateway takes "
                + "it at its next look at the Registry, and with it all gateways of the ledger.")
        {
            service, address,
        };
        command.SetAction(parsed =>
        {
            string text = parsed.GetRequiredValue(address), name = parsed.GetRequiredValue(service);
            if (!Address.TryParse(text, out Address payee) || payee.IsZero)
            {
                throw new CommandException(ExitCodes.Usage, $"{ErrorList.Quote(text)} is not an address: write 0x and 40 hex digits");
            }

            Registration registration = Read(context, parsed);
            RegisteredService known = registration.Services.FirstOrDefault(one => one.Name == name) ?? throw new CommandException(
                ExitCodes.Usage,
                $"{RegisteredService.Services} has no service {ErrorList.Quote(name)} with an OrganizationId");
            var payees = new Payees(registration.Options.Registry.Folder);
            string before = payees.Find(known.OrganizationId, known.GroupName)?.ToString() ?? "none";
            payees.Set(new GroupPayee(known.OrganizationId, known.GroupName, payee), isConfirmed: true);
            context.Terminal.Output.WriteLine(
                $"Confirmed for {ErrorList.Clean(known.OrganizationId)}, group {ErrorList.Clean(known.GroupName)}: {payee} "
                    + $"(before: {before}).");
            return ExitCodes.Done;
        });
        return command;
    }

    private static async ValueTask<IReadOnlyList<string?>> LocateAsync(
        MetadataSource source, DocumentId[] ids, CancellationToken cancellationToken)
    {
        try
        {
            return await source.LocateAsync(ids, notBefore: 0, cancellationToken);
        }
        catch (RegistryException e)
        {
            throw new CommandException(ExitCodes.Failed, $"the Registry cannot be read: {e.Message}");
        }
    }

    /// <summary>The operator's keys only: while a payment address is held, the whole configuration may not be valid.</summary>
    private static Registration Read(CommandContext context, ParseResult parsed)
    {
        ConfigurationSources sources = context.Loader(parsed).Sources;
        var errors = new ErrorList();
        byte[]? content = sources.ReadFile(errors);
        Dictionary<string, string?>? all = errors.IsEmpty ? sources.Read(content, errors) : null;
        IReadOnlyList<RegisteredService> services = all is null ? [] : RegisteredService.Read(new WrittenKeys(all), errors);
        return errors.IsEmpty && MetadataOptions.TryRead(all!, out MetadataOptions? options)
            ? new Registration(services, options)
            : throw new CommandException(
                ExitCodes.Usage, errors.IsEmpty ? "the configuration is not valid: run 'check-config'" : errors.All[0].ToString());
    }

    private sealed record Registration(IReadOnlyList<RegisteredService> Services, MetadataOptions Options);
}
