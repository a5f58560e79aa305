using System.CommandLine;
using System.Text.Json.Nodes;
using SnetGateway.Ethereum.Registry;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.Publishing;
using SnetGateway.Gateway.ServiceMetadata;
using SnetGateway.Gateway.ServiceMetadata.Ipfs;
using SnetGateway.Gateway.Validation;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Gateway.Cli;

/// <summary>`service publish` writes the metadata of a configured service to IPFS and the Registry.</summary>
internal static class ServiceCommand
{
    public static Command Create(CommandContext context) =>
        new("service", "Publishes a service in the Registry.") { CreatePublish(context) };

    private static Command CreatePublish(CommandContext context)
    {
        var name = new Argument<string>("SERVICE") { Description = "The service, by its name in the configuration." };
        var endpoints = new Option<string[]>("--endpoint")
        {
            Description = "URL that consumers call; may be given several times. Default: those that are published.", HelpName = "URL",
        };
        var protos = new Option<string?>("--protos")
        {
            Description = "Folder with the service's .proto files, which are published too. Default: those that are published.",
            HelpName = "FOLDER",
        };
        var writer = new RegistryWriter(context);
        var command = new Command(
            "publish",
            "Compares the metadata of a service with its configuration (price, group, free calls, contract), prints the difference, and "
                + "with --yes publishes it. What the configuration does not say stays as it is published.")
        {
            name, endpoints, protos,
        };
        writer.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            ConfigurationLoader loader = context.Loader(parsed);
            if (await context.LoadAsync(loader) is not { Snapshot: { } snapshot } result)
            {
                return ExitCodes.Usage;
            }

            string service = parsed.GetRequiredValue(name);
            ServiceOptions configured = result.Options.Services.GetValueOrDefault(service) ?? throw new CommandException(
                ExitCodes.Usage, $"the configuration has no service {ErrorList.Quote(service)}");
            GroupOptions group = result.Options.Groups[configured.Group];
            string[] urls = parsed.GetValue(endpoints) ?? [];
            if (Array.Find(urls, url => !IsHttp(url)) is { } bad)
            {
                throw new CommandException(ExitCodes.Usage, $"--endpoint: {ErrorList.Quote(bad)} is not an http or https URL");
            }

            byte[]? archive = parsed.GetValue(protos) is { } folder ? Pack(folder) : null;
            var publication = new ServicePublication(
                configured, group, result.Options.Chain.EscrowAddress, BackendOf(service, snapshot))
            {
                Endpoints = urls,
                Protos = archive is null ? null : $"ipfs://{FileTree.IdOf(archive)}",
                FreeCallSigner = SignerOf(group),
            };
            MetadataOptions options = writer.Read(parsed);
            (string? uri, JsonObject? before) =
                await RegistryWriter.FindAsync(options, new DocumentId(group.OrganizationId, configured.ServiceId), cancellationToken);
            return await writer.PublishAsync(
                parsed, options, before, publication.Over(before),
                next => uri is null
                    ? RegistryTransactions.CreateService(group.OrganizationId, configured.ServiceId, next)
                    : RegistryTransactions.UpdateService(group.OrganizationId, configured.ServiceId, next),
                cancellationToken, archive);
        });
        return command;
    }

    private static byte[] Pack(string folder)
    {
        try
        {
            return ProtoPack.Pack(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
        {
            throw new CommandException(ExitCodes.Usage, $"--protos: {e.Message}");
        }
    }

    private static bool IsHttp(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.Scheme is ("http" or "https");

    private static string BackendOf(string service, GatewaySnapshot snapshot)
    {
        RouteConfig? route = snapshot.Routes.FirstOrDefault(one => one.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey) == service);
        return BackendKind.Of(snapshot.Clusters.FirstOrDefault(one => one.ClusterId == route?.ClusterId)?.Metadata);
    }

    private static string? SignerOf(GroupOptions group) =>
        group.FreeCalls.SignerKeyFile is { Length: > 0 } file && FreeCallRules.TryReadKey(file, out PrivateKey? key)
            ? AddressText.Checksum(key!.Address)
            : null;
}
