using System.CommandLine;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Records;

namespace SnetGateway.Gateway.Cli;

/// <summary>
/// The commands of the one binary. To add one: write a class with a `Create` beside the others and list it in <see cref="Build"/>.
/// </summary>
internal sealed class CommandLine(Terminal terminal, BuildGateway build)
{
    private static readonly ParserConfiguration s_parser = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs the command that the arguments name, and returns the exit code (<see cref="ExitCodes"/>). Never throws.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        try
        {
            ParseResult parsed = Parse(args);
            if (parsed.Errors.Count > 0)
            {
                foreach (string message in parsed.Errors.Select(e => e.Message).Distinct())
                {
                    terminal.Error.WriteLine($"error: {message}");
                }

                terminal.Error.WriteLine("Run 'snet-gateway --help' for the commands and their options.");
                return ExitCodes.Usage;
            }

            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = terminal.Output,
                    Error = terminal.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                },
                cancellationToken);
        }
        catch (CommandException e)
        {
            return Fail(e.Message, e.Code);
        }
        catch (OperationCanceledException)
        {
            return Fail("interrupted", ExitCodes.Failed);
        }
        catch (Exception e) when (e is StoreUnavailableException or LedgerFormatException or LedgerBehindException
            or IOException or UnauthorizedAccessException)
        {
            return Fail(e.Message, ExitCodes.Failed);
        }
        catch (Exception e)
        {
            // The exception's type helps a maintainer more than its message; the stack does not help an operator.
            return Fail($"{e.GetType().Name}: {e.Message}", ExitCodes.Failed);
        }
    }

    /// <summary>The command that the arguments name, and their errors. Throws <see cref="CommandException"/>.</summary>
    internal ParseResult Parse(IReadOnlyList<string> args)
    {
        var arguments = ConfigurationArguments.Split(args);
        return Build(arguments.Overrides).Parse(arguments.Rest, s_parser);
    }

    private RootCommand Build(IReadOnlyList<string> overrides)
    {
        var config = new Option<string?>("--config")
        {
            Description = $"The configuration file. Default: {ConfigurationSources.DefaultFile} of the working directory, if it exists.",
            HelpName = "FILE",
            Recursive = true,
        };
        var context = new CommandContext(terminal, config, overrides);
        var root = new RootCommand(
            "One payment gateway for SingularityNET services. Any key of the configuration can be given as --Section:Key=value.")
        {
            config,
            ServeCommand.Create(context, build),
            InitCommand.Create(context),
            CheckConfigCommand.Create(context),
            PricesCommand.Create(context),
            CallCommand.Create(context),
            ChannelsCommand.Create(context),
            ClaimsCommand.Create(context),
            LedgerCommand.Create(context),
            FreeCallsCommand.Create(context),
            UsageCommand.Create(context),
            StatusCommand.Create(context),
            InstancesCommand.Create(context),
            RegistryCommand.Create(context),
            ServiceCommand.Create(context),
            OrganizationCommand.Create(context),
            ChannelCommand.Create(context),
            PauseCommand.CreatePause(context),
            PauseCommand.CreateResume(context),
            VersionCommand.Create(context),
        };
        root.SetAction((parsed, cancellationToken) => ServeCommand.RunAsync(context, build, parsed, cancellationToken));
        return root;
    }

    private int Fail(string message, int code)
    {
        terminal.Error.WriteLine($"error: {ErrorList.Clean(message.ReplaceLineEndings(" "))}");
        return code;
    }
}
