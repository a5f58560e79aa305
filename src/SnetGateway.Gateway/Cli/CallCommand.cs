using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Values;
using SnetGateway.ProtoJson;

namespace SnetGateway.Gateway.Cli;

/// <summary>
/// `call`: calls a service as a paying consumer, for trials. Requests and responses are JSON; messages about the payment go to the error
/// output.
/// </summary>
internal sealed class CallCommand(CommandContext context)
{
    /// <summary>Payments that are tried while other calls of the channel are faster.</summary>
    private const int MaxAttempts = 5;

    private readonly Option<string> _endpoint = new("--endpoint")
    {
        Description = "The gateway: http://host:port, https://host:port, or host:port for cleartext.", HelpName = "URL", Required = true,
    };

    private readonly Option<string> _channel =
        new("--channel") { Description = "Id of the payment channel.", HelpName = "ID", Required = true };

    private readonly Option<string> _keyFile = new("--key-file")
    {
        Description = "File with the private key of the channel's signer or sender: 64 hex digits, or encrypted (Web3 secret storage, "
            + "JSON).", HelpName = "FILE", Required = true,
    };

    private readonly Option<string?> _passwordFile = new("--password-file")
    {
        Description = $"File with the password of an encrypted key file. Default: the environment variable {KeyFile.PasswordVariable}.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _method =
        new("--method") { Description = "The method to call: /package.Service/Method.", HelpName = "PATH" };

    private readonly Option<string?> _proto =
        new("--proto") { Description = "Folder with the service's .proto files.", HelpName = "FOLDER" };

    private readonly Option<string?> _descriptorSet = new("--descriptor-set")
    {
        Description = "Instead of --proto: what 'protoc --include_imports --descriptor_set_out' wrote.", HelpName = "FILE",
    };

    private readonly Option<string?> _data = new("--data")
    {
        Description = "The request as JSON; several, one after the other, for a method that streams requests. Default: standard input.",
        HelpName = "JSON",
    };

    private readonly Option<string?> _price = new("--price")
    {
        Description = "Price of the call in cogs. Default: read from the gateway, which refuses a payment of 0 cogs with the price.",
        HelpName = "COGS",
    };

    private readonly Option<string?> _nonce =
        new("--nonce") { Description = "With --amount: the channel's nonce, instead of reading it from the gateway.", HelpName = "N" };

    private readonly Option<string?> _amount =
        new("--amount") { Description = "With --nonce: cogs signed so far at that nonce.", HelpName = "COGS" };

    private readonly Option<string?> _escrow = new("--escrow")
    {
        Description = "Address of the MultiPartyEscrow contract. Default: SnetGateway:Chain:EscrowAddress of the configuration.",
        HelpName = "ADDRESS",
    };

    private readonly Option<string?> _rpc = new("--rpc")
    {
        Description = "Ethereum JSON-RPC URL, to read the block number. Default: the first of SnetGateway:Chain:Endpoints.",
        HelpName = "URL",
    };

    private readonly Option<string?> _authority = new("--authority")
    {
        Description = "The host that the call is for, where it is not the endpoint's: to try a service that is chosen by its host.",
        HelpName = "HOST",
    };

    private readonly Option<string?> _ca = new("--ca")
    {
        Description = "PEM file of the authorities that the gateway's certificate must come from. Default: those of the system.",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _metadata = new("--metadata")
    {
        Description = "Further metadata of the call; may be given several times.", HelpName = "KEY=VALUE", DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> _state = new("--state") { Description = "Only print the channel's state as the gateway reports it." };

    private readonly Option<int> _timeout = new("--timeout")
    {
        Description = "Seconds that the call may take.", HelpName = "SECONDS", DefaultValueFactory = _ => 100,
    };

    public static Command Create(CommandContext context) => new CallCommand(context).Build();

    private Command Build()
    {
        var command = new Command("call", "Calls a service as a paying consumer: JSON in, JSON out.")
        {
            _endpoint, _channel, _keyFile, _passwordFile, _method, _proto, _descriptorSet, _data, _price, _nonce, _amount, _escrow, _rpc,
            _timeout, _authority, _ca, _metadata, _state,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        ConfigurationResult configured = await context.Loader(parsed).LoadAsync();
        var payer = new ChannelPayer(
            KeyFile.Read(parsed.GetRequiredValue(_keyFile), parsed.GetValue(_passwordFile)),
            EscrowOf(parsed, configured),
            new ChannelId(Number(parsed.GetRequiredValue(_channel), "--channel")));
        Uri endpoint = EndpointOf(parsed.GetRequiredValue(_endpoint));
        using GrpcChannel channel = ServiceChannel.Open(endpoint, parsed.GetValue(_authority), AuthoritiesOf(parsed.GetValue(_ca)));
        CallInvoker gateway = channel.CreateCallInvoker();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(_timeout), 1, 86_400)));
        try
        {
            if (parsed.GetValue(_state))
            {
                RemoteChannelState state = await StateAsync(parsed, configured, payer, gateway, limit.Token);
                context.Terminal.Output.WriteLine(
                    $"{{\"channel\":\"{payer.Channel}\",\"nonce\":\"{state.Nonce}\",\"signed\":\"{state.Signed}\"}}");
                return ExitCodes.Done;
            }

            await CallAsync(parsed, configured, payer, gateway, limit.Token);
            return ExitCodes.Done;
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException && limit.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new CommandException(ExitCodes.Failed, $"no answer within {parsed.GetValue(_timeout)} s");
        }
        catch (RpcException e) when (IsConnectFailure(e.Status.DebugException))
        {
            string cause = e.Status.DebugException!.GetBaseException().Message;
            throw new CommandException(ExitCodes.Failed, $"no gateway at {endpoint.Authority}: {cause}");
        }
        catch (RpcException e)
        {
            throw new CommandException(ExitCodes.Failed, $"{e.StatusCode} ({(int)e.StatusCode}): {e.Status.Detail}");
        }
        catch (HttpRequestException e)
        {
            throw new CommandException(ExitCodes.Failed, e.Message);
        }
    }

    private async Task CallAsync(
        ParseResult parsed, ConfigurationResult configured, ChannelPayer payer, CallInvoker gateway, CancellationToken cancellationToken)
    {
        (ProtoSchema schema, ProtoMethod method) = await MethodAsync(parsed, cancellationToken);
        var json = new ProtoJsonConverter(schema, new ProtoJsonOptions { OriginalNames = true, IncludeDefaults = true });
        string text = parsed.GetValue(_data) ?? await context.Terminal.Input.ReadToEndAsync(cancellationToken);
        IReadOnlyList<byte[]> requests = Requests(json, method, text);
        UInt256? price = parsed.GetValue(_price) is { } given ? Number(given, "--price") : null;
        Metadata metadata = MetadataOf(parsed.GetValue(_metadata)!);
        (PaidResponse paid, RemoteChannelState state) = parsed.GetValue(_nonce) is { } nonce && parsed.GetValue(_amount) is { } amount
            ? await PayAsync(new RemoteChannelState(new ChannelNonce(Number(nonce, "--nonce")), Number(amount, "--amount")))
            : await PayFromReportedStateAsync();
        await using PaidResponse answer = paid;
        context.Terminal.Error.WriteLine(
            $"paid {answer.Price} cogs: channel {payer.Channel}, nonce {state.Nonce}, {answer.Total} cogs signed in all");
        await foreach (byte[] message in answer.MessagesAsync())
        {
            context.Terminal.Output.WriteLine(Encoding.UTF8.GetString(json.ToJson(method.Output, message)));
        }

        async Task<(PaidResponse Answer, RemoteChannelState State)> PayAsync(RemoteChannelState from) =>
            (await payer.CallAsync(gateway, method.Path, from, price, requests, metadata, cancellationToken), from);

        // Another call of the channel may be faster: then the state has moved, and the payment is made from the new one.
        async Task<(PaidResponse Answer, RemoteChannelState State)> PayFromReportedStateAsync()
        {
            RemoteChannelState reported = await StateAsync(parsed, configured, payer, gateway, cancellationToken);
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    return await PayAsync(reported);
                }
                catch (RpcException e) when (attempt < MaxAttempts && ChannelPayer.MayBeOvertaken(e))
                {
                    RemoteChannelState now = await StateAsync(parsed, configured, payer, gateway, cancellationToken);
                    if (now == reported)
                    {
                        throw;
                    }

                    reported = now;
                }
            }
        }
    }

    private async Task<RemoteChannelState> StateAsync(
        ParseResult parsed, ConfigurationResult configured, ChannelPayer payer, CallInvoker gateway, CancellationToken cancellationToken)
    {
        try
        {
            return await payer.AskAsync(gateway, await BlockAsync(parsed, configured, cancellationToken), cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unknown)
        {
            throw new CommandException(
                ExitCodes.Failed,
                $"the gateway does not report the state of channel {payer.Channel} to {payer.Signer}, the address of the key: "
                    + $"{e.Status.Detail}. Check --channel, --key-file and --escrow");
        }
    }

    private async Task<(ProtoSchema Schema, ProtoMethod Method)> MethodAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string name = parsed.GetValue(_method)
            ?? throw new CommandException(ExitCodes.Usage, "--method is missing: write /package.Service/Method");
        string path = name.StartsWith('/') ? name : "/" + name;
        try
        {
            ProtoSchema schema = (parsed.GetValue(_proto), parsed.GetValue(_descriptorSet)) switch
            {
                ({ } folder, null) => await ProtoTool.Compiler().CompileFolderAsync(folder, cancellationToken),
                (null, { } file) => await ProtoSchema.LoadFileAsync(file, cancellationToken),
                _ => throw new CommandException(
                    ExitCodes.Usage, "the description of the messages is missing: give one of --proto and --descriptor-set"),
            };
            return schema.FindMethod(path) is { } method
                ? (schema, method)
                : throw new CommandException(
                    ExitCodes.Usage, $"there is no method {path}; there are "
                        + $"{string.Join(", ", schema.Methods.Select(m => m.Path).Order(StringComparer.Ordinal))}");
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Usage, e.Message);
        }
    }

    private static List<byte[]> Requests(ProtoJsonConverter json, ProtoMethod method, string text)
    {
        try
        {
            List<byte[]> requests =
                [.. JsonValues.Split(Encoding.UTF8.GetBytes(text)).Select(value => json.ToProtobuf(method.Input, value))];
            return requests.Count == 1 || method.StreamsRequests
                ? requests
                : throw new CommandException(ExitCodes.Usage, $"{method.Path} takes one request, and there are {requests.Count}");
        }
        catch (Exception e) when (e is ProtoJsonException or System.Text.Json.JsonException)
        {
            throw new CommandException(ExitCodes.Usage, $"the request: {e.Message}");
        }
    }

    private static UInt256 Number(string text, string option) => UInt256.TryParse(text, out UInt256 number)
        ? number
        : throw new CommandException(ExitCodes.Usage, $"{option}: {ErrorList.Quote(text)} is not a whole number from 0 to 2^256-1");

    private static Uri EndpointOf(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out Uri? uri)
            && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            ? uri
            : throw new CommandException(ExitCodes.Usage, "--endpoint: write http://host:port, https://host:port or host:port");

    /// <summary>Whether no connection was opened: the gateway's own answers have no such cause.</summary>
    private static bool IsConnectFailure(Exception? cause) => cause is HttpRequestException
    {
        HttpRequestError:
            HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
    };

    private static X509Certificate2Collection? AuthoritiesOf(string? file)
    {
        if (file is null)
        {
            return null;
        }

        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            return authorities.Count > 0 ? authorities : throw new CommandException(ExitCodes.Usage, $"--ca: {file} has no certificate");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CommandException(ExitCodes.Usage, $"--ca: {e.Message}");
        }
    }

    private static Metadata MetadataOf(string[] pairs)
    {
        var metadata = new Metadata();
        foreach (string pair in pairs)
        {
            int at = pair.IndexOf('=', StringComparison.Ordinal);
            try
            {
                string key = at > 0 ? pair[..at] : throw new ArgumentException("there is no '='");
                metadata.Add(key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase)
                    ? new Metadata.Entry(key, Convert.FromBase64String(pair[(at + 1)..]))
                    : new Metadata.Entry(key, pair[(at + 1)..]));
            }
            catch (Exception e) when (e is ArgumentException or FormatException)
            {
                throw new CommandException(
                    ExitCodes.Usage, $"--metadata: write KEY=VALUE, and base64 for a key that ends in -bin ({e.Message})");
            }
        }

        return metadata;
    }

    private Address EscrowOf(ParseResult parsed, ConfigurationResult configured)
    {
        string text = parsed.GetValue(_escrow) ?? configured.Options.Chain.EscrowAddress;
        ConfigurationError? unread = text.Length > 0
            ? null
            : configured.Errors.FirstOrDefault(error => error.Path == context.Loader(parsed).Sources.File);
        return Address.TryParse(text, out Address escrow) ? escrow : throw new CommandException(
            ExitCodes.Usage, unread?.ToString() ?? "the escrow contract's address is missing: give --escrow, 0x and 40 hex digits");
    }

    private async ValueTask<ulong> BlockAsync(ParseResult parsed, ConfigurationResult configured, CancellationToken cancellationToken)
    {
        string? text = parsed.GetValue(_rpc) ?? configured.Options.Chain.Endpoints.FirstOrDefault();
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? rpc) && (rpc.Scheme == Uri.UriSchemeHttp || rpc.Scheme == Uri.UriSchemeHttps)
            ? await EthereumNode.BlockNumberAsync(rpc, cancellationToken)
                ?? throw new CommandException(ExitCodes.Failed, "the Ethereum node did not return the block number")
            : throw new CommandException(ExitCodes.Usage, "the block number cannot be asked: give --rpc URL, or --nonce and --amount");
    }
}
