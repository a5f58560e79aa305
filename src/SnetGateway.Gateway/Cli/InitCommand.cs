using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;

namespace SnetGateway.Gateway.Cli;

/// <summary>`init`: writes a first configuration.</summary>
internal static class InitCommand
{
    /// <summary>The smallest configuration that starts, with a comment on each value.</summary>
    public const string Template = """
        // A minimal configuration of snet-gateway. The values marked "yours" are examples: replace them, then run
        //   snet-gateway check-config
        // docs/configuration.md explains every key. Editors that know JSON Schema complete the keys by the file that "$schema" names.
        {
          "$schema": "snet-gateway.schema.json",
          "SnetGateway": {
            "Chain": {
              // Yours: JSON-RPC endpoints of an Ethereum node, in order of preference.
              "Endpoints": [ "http://127.0.0.1:8545" ],
              // 1 is the main network, 11155111 is Sepolia. Each endpoint must answer this number.
              "ChainId": 1,
              // The MultiPartyEscrow contract on that network, here the one for FET. Channels of the former one are at another address.
              "EscrowAddress": "0xdF8d4826E016aFA8803d94A716FEB70aD5D2B8Ac"
            },
            "Groups": {
              // Yours: the group of your organisation that is paid, as the organisation's metadata in the Registry has it.
              "default": {
                "OrganizationId": "my-org",
                "GroupName": "default_group",
                "GroupId": "aGVyZSBzdGFuZCAzMiBieXRlcyBvZiBncm91cCBpZCE=",
                "PaymentAddress": "0x1111111111111111111111111111111111111111"
              }
            },
            "Services": {
              // Yours: a service by its name here, its id in the Registry, and what a call costs in cogs.
              "example": {
                "Group": "default",
                "ServiceId": "example-service",
                "Price": { "Model": "fixed_price", "Cogs": 1000 }
              }
            }
          },
          "ReverseProxy": {
            "Routes": {
              // Which calls go where. A route names the service that is paid, or says "Payment": "none".
              "example": {
                "ClusterId": "example",
                "Match": { "Path": "/{**method}" },
                "Metadata": { "Service": "example" }
              }
            },
            "Clusters": {
              "example": {
                "Destinations": {
                  // Yours: the instances of the service.
                  "one": { "Address": "http://127.0.0.1:7002" }
                }
              }
            }
          }
        }

        """;

    /// <summary>The smallest configuration that starts without payments.</summary>
    public const string FreeTemplate = """
        // A minimal configuration of snet-gateway without payments: it needs no chain and no ledger. Check a change by
        //   snet-gateway check-config
        // docs/configuration.md explains every key. Editors that know JSON Schema complete the keys by the file that "$schema" names.
        {
          "$schema": "snet-gateway.schema.json",
          "ReverseProxy": {
            "Routes": {
              // Which calls go where, and that they cost nothing.
              "example": {
                "ClusterId": "example",
                "Match": { "Path": "/{**method}" },
                "Metadata": { "Payment": "none" }
              }
            },
            "Clusters": {
              "example": {
                "Destinations": {
                  // Yours: the instances of the service.
                  "one": { "Address": "http://127.0.0.1:7002" }
                }
              }
            }
          }
        }

        """;

    private const string SchemaFile = "snet-gateway.schema.json";

    public static Command Create(CommandContext context)
    {
        var output = new Option<string>("--output")
        {
            Description = "The file to write.",
            HelpName = "FILE",
            DefaultValueFactory = _ => Configuration.ConfigurationSources.DefaultFile,
        };
        var force = new Option<bool>("--force") { Description = "Overwrite the file if it exists." };
        var free = new Option<bool>("--free") { Description = "Calls are not paid for: no chain and no ledger." };
        var defaults = new Option<bool>("--defaults")
        {
            Description = "Ask nothing, also at a terminal: what no option says is an example.",
        };
        var command = new Command("init", "Writes a minimal configuration with comments; at a terminal it asks for what only you know.")
        {
            output, force, free, defaults,
        };
        foreach (InitQuestion question in InitQuestion.All)
        {
            command.Add(question.CreateOption());
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetRequiredValue(output);
            bool overwrite = parsed.GetValue(force);
            CheckIsFree(path, overwrite);
            bool asks = context.Terminal.IsInteractive && !parsed.GetValue(defaults);
            bool isFree = parsed.GetValue(free);
            var answers = new InitAnswers(context.Terminal, parsed, asks);
            isFree = isFree || (asks && !answers.AskWhether("Do consumers pay for calls?"));
            string text = answers.Fill(isFree ? FreeTemplate : Template, isFree);
            await WriteAsync(path, text, overwrite, cancellationToken);
            string next = answers.HasExamples ? "Replace the values marked \"yours\", then run" : "Now run";
            context.Terminal.Output.WriteLine($"Wrote {path}. {next}: snet-gateway check-config --config {path}");
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Before anything is asked.</summary>
    private static void CheckIsFree(string path, bool overwrite)
    {
        if (!overwrite && File.Exists(path))
        {
            throw new CommandException(ExitCodes.Usage, $"{path} exists already; --force overwrites it");
        }
    }

    /// <summary>The path of the schema beside the gateway's executable, from the folder of a configuration file, as text in JSON.</summary>
    private static string SchemaPathFrom(string file)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        string path = Path.GetRelativePath(folder, Path.Combine(AppContext.BaseDirectory, SchemaFile)).Replace('\\', '/');
        return JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(path);
    }

    private static async Task WriteAsync(string path, string text, bool overwrite, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(path, overwrite ? FileMode.Create : FileMode.CreateNew, FileAccess.Write);
            await file.WriteAsync(
                Encoding.UTF8.GetBytes(text.Replace(SchemaFile, SchemaPathFrom(path), StringComparison.Ordinal)), cancellationToken);
        }
        catch (IOException) when (!overwrite && File.Exists(path))
        {
            throw new CommandException(ExitCodes.Usage, $"{path} exists already; --force overwrites it");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException(ExitCodes.Failed, $"{path} cannot be written: {e.Message}");
        }
    }
}
