using System.CommandLine;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Validation;

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
        catch (Exception e)
        {
            CommandException failure = CommandFailure.Of(e);
            terminal.Error.WriteLine($"error: {ErrorList.Clean(failure.Message.ReplaceLineEndings(" "))}");
            return failure.Code;
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
        var others = new Option<string[]>("--with")
        {
            Description = "The configuration file of a further gateway in the same process, which takes no variable and no --Section:Key.",
            HelpName = "FILE",
        };
        var context = new CommandContext(terminal, config, others, overrides);
        var root = new RootCommand(
            "One payment gateway for SingularityNET services. Any key of the configuration can be given as --Section:Key=value.")
        {
            config,
            others,
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
}
