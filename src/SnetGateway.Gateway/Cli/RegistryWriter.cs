using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using SnetGateway.Ethereum.OperatorTransactions;
using SnetGateway.Ethereum.Registry;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Publishing;
using SnetGateway.Gateway.ServiceMetadata;
using SnetGateway.Gateway.ServiceMetadata.Ipfs;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Cli;

/// <summary>
/// The options and the steps that commands share which publish a document: the difference first, then IPFS, then the Registry.
/// </summary>
internal sealed class RegistryWriter(CommandContext context)
{
    private readonly Option<string?> _keyFile = new("--key-file")
    {
        Description = "With --yes: file with the private key of the organisation's owner: 64 hex digits, or encrypted (Web3 secret "
            + "storage, JSON).",
        HelpName = "FILE",
    };

    private readonly Option<string?> _passwordFile = new("--password-file")
    {
        Description = $"File with the password of an encrypted key file. Default: the environment variable {KeyFile.PasswordVariable}.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _api = new("--ipfs-api")
    {
        Description = "Base URL of the HTTP API of an IPFS node that adds the document. Default: the first of Registry:Ipfs:Apis.",
        HelpName = "URL",
    };

    private readonly Option<bool> _yes = new("--yes") { Description = "Publish it. Without it nothing is sent." };

    public IEnumerable<Option> Options => [_keyFile, _passwordFile, _api, _yes];

    /// <summary>The sections of the configuration that say where the Registry and IPFS are.</summary>
    public MetadataOptions Read(ParseResult parsed)
    {
        ConfigurationSources sources = context.Loader(parsed).Sources;
        var errors = new ErrorList();
        byte[]? content = sources.ReadFile(errors);
        Dictionary<string, string?>? all = errors.IsEmpty ? sources.Read(content, errors) : null;
        return all is not null && MetadataOptions.TryRead(all, out MetadataOptions? options) && options.Chain.Endpoints.Count > 0
            ? options
            : throw new CommandException(ExitCodes.Usage, errors.All.Count > 0 ? errors.All[0].ToString() : "Chain:Endpoints is missing");
    }

    public static Address RegistryOf(MetadataOptions options) =>
        MetadataSource.RegistryOf(options.Registry, options.Chain.ChainId) ?? throw new CommandException(
            ExitCodes.Usage, $"set {RegistryOptions.Section}:{nameof(RegistryOptions.Address)}");

    /// <summary>The published document; null where the Registry has none, or its content cannot be had.</summary>
    public static async ValueTask<(string? Uri, JsonObject? Document)> FindAsync(
        MetadataOptions options, DocumentId id, CancellationToken cancellationToken)
    {
        using var source = new MetadataSource(options.Chain, RegistryOf(options), options.Registry.Ipfs, TimeProvider.System);
        try
        {
            string? uri = (await source.LocateAsync([id], notBefore: 0, cancellationToken))[0];
            byte[]? content = uri is null ? null : await source.ReadAsync(uri, DocumentField.MaxBytes, cancellationToken);
            return (uri, content is null ? null : JsonNode.Parse(content) as JsonObject);
        }
        catch (RegistryException e)
        {
            throw new CommandException(ExitCodes.Failed, $"the Registry cannot be read: {e.Message}");
        }
        catch (Exception e) when (e is IpfsException or System.Text.Json.JsonException)
        {
            throw new CommandException(ExitCodes.Failed, $"the published {id} cannot be read: {ErrorList.Clean(e.Message)}");
        }
    }

    /// <summary>Prints the difference, and publishes the document with --yes.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="options">Where the Registry and IPFS are.</param>
    /// <param name="before">What is published; null for nothing.</param>
    /// <param name="after">The document.</param>
    /// <param name="call">The transaction for a URI.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="attachment">A file that the document names, which is added first; null for none.</param>
    public async ValueTask<int> PublishAsync(
        ParseResult parsed, MetadataOptions options, JsonObject? before, JsonObject after, Func<string, byte[]> call,
        CancellationToken cancellationToken, byte[]? attachment = null)
    {
        IReadOnlyList<string> difference = DocumentDiff.Of(before, after);
        foreach (string line in difference)
        {
            context.Terminal.Output.WriteLine(ErrorList.Clean(line));
        }

        if (difference.Count == 0 || !parsed.GetValue(_yes))
        {
            context.Terminal.Output.WriteLine(
                difference.Count == 0
                    ? "The published document is the same. Nothing to do."
                    : "Nothing was sent. Add --yes to publish it.");
            return ExitCodes.Done;
        }

        string keyFile = parsed.GetValue(_keyFile)
            ?? throw new CommandException(ExitCodes.Usage, "--yes needs --key-file FILE with the key of the organisation's owner");
        string api = parsed.GetValue(_api) ?? (options.Registry.Ipfs.ApisInUse is [var first, ..] ? first : null)
            ?? throw new CommandException(ExitCodes.Usage, "give --ipfs-api URL");
        using var sender = new TransactionSender(
            new Uri(options.Chain.Endpoints[0]), options.Chain.ChainId, KeyFile.Read(keyFile, parsed.GetValue(_passwordFile)),
            TimeProvider.System);
        try
        {
            if (attachment is not null)
            {
                await IpfsPublisher.AddAsync(new Uri(api), attachment, cancellationToken);
            }

            byte[] content = Encoding.UTF8.GetBytes(DocumentText.Of(after));
            string uri = $"ipfs://{await IpfsPublisher.AddAsync(new Uri(api), content, cancellationToken)}";
            context.Terminal.Output.WriteLine($"Added to IPFS: {uri}");
            MinedTransaction mined = await context.WaitAsync(
                "Waiting until the transaction is mined", sender.SendAsync(RegistryOf(options), call(uri), cancellationToken));
            context.Terminal.Output.WriteLine($"Registered by transaction {mined.Hash} of {sender.Sender}.");
            return ExitCodes.Done;
        }
        catch (Exception e) when (e is IpfsException or TransactionException)
        {
            throw new CommandException(ExitCodes.Failed, e.Message);
        }
    }
}
