using System.Globalization;

namespace SnetGateway.Benchmarks.Load;

/// <summary>What one load report does, from the command line.</summary>
internal sealed class LoadOptions
{
    /// <summary>Rounds; the servers take turns in each. Default 5.</summary>
    public int Rounds { get; private set; } = 5;

    /// <summary>Measured seconds of one server in one round, in slices of one second. Default 8.</summary>
    public int Seconds { get; private set; } = 8;

    /// <summary>Clients, each with a channel of its own and one call in flight. Default 64.</summary>
    public int Clients { get; private set; } = 64;

    /// <summary>
    /// HTTP/2 connections that carry the clients. By default each client has its own, as people on different machines do.
    /// </summary>
    public int Connections { get; private set; }

    /// <summary>Length of the message that goes there and back, in bytes. Default 64.</summary>
    public int MessageBytes { get; private set; } = 64;

    /// <summary>Where the report goes as JSON, if anywhere.</summary>
    public string? JsonFile { get; private set; }

    /// <summary>Whether a missed bar (<see cref="LoadBars"/>) is a failure.</summary>
    public bool Check { get; private set; }

    /// <summary>Whether nothing is warmed up for long: shows that the report works. Its figures are worth nothing.</summary>
    public bool Quick { get; private set; }

    /// <summary>Whether the cores are kept from falling asleep.</summary>
    public bool Awake { get; private set; }

    /// <summary>Where processes keep their files during the run.</summary>
    public string Folder { get; private set; } = Path.Combine(Path.GetTempPath(), $"snet-gateway-load-{Environment.ProcessId}");

    /// <summary>Where signed payments are kept between runs.</summary>
    public string SignatureFolder { get; private set; } = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache",
        "snet-gateway", "load");

    /// <summary>The gateway's program, snet-gateway.dll of a Release build.</summary>
    public string Gateway { get; private set; } = "";

    /// <summary>
    /// Other builds of the gateway that take turns with it, to compare them. Two processes of one build differ by some percent, as the
    /// runtime optimizes each by what it happened to see: comparisons name each build several times.
    /// </summary>
    public List<string> Beside { get; } = [];

    /// <summary>Whether the gateways of <see cref="Beside"/> have rates and budgets, which refuse no call.</summary>
    public bool Limits { get; private set; }

    /// <summary>Where the gateway's ledger lies during the run: a folder on a real disk.</summary>
    public string LedgerFolder { get; private set; } = "";

    /// <summary>Client URL of an etcd that runs beside, to keep the ledger in; null for SQLite.</summary>
    public string? Etcd { get; private set; }

    /// <exception cref="FormatException">The message says which argument is wrong.</exception>
    public static LoadOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new LoadOptions();
        for (int index = 0; index < arguments.Count; index += 2)
        {
            if (arguments[index] is "--check" or "--quick" or "--awake" or "--limits")
            {
                options.Check |= arguments[index] == "--check";
                options.Limits |= arguments[index] == "--limits";
                options.Awake |= arguments[index] == "--awake";
                options.Quick |= arguments[index] == "--quick";
                index--;
                continue;
            }

            string value = index + 1 < arguments.Count
                ? arguments[index + 1]
                : throw new FormatException($"{arguments[index]} needs a value.");
            options.Set(arguments[index], value);
        }

        if (!File.Exists(options.Gateway))
        {
            throw new FormatException("--gateway must name snet-gateway.dll of a Release build.");
        }

        if (!options.Beside.TrueForAll(File.Exists))
        {
            throw new FormatException("--beside must name snet-gateway.dll of another Release build.");
        }

        if (options.LedgerFolder.Length == 0)
        {
            options.LedgerFolder = Path.Combine(options.SignatureFolder, $"ledger-{Environment.ProcessId}");
        }

        if (options.Connections == 0 || options.Connections > options.Clients)
        {
            options.Connections = options.Clients;
        }

        return options;
    }

    private void Set(string name, string value)
    {
        switch (name)
        {
            case "--rounds":
                Rounds = Number(name, value, 100);
                break;
            case "--seconds":
                Seconds = Number(name, value, 600);
                break;
            case "--clients":
                Clients = Number(name, value, 4096);
                break;
            case "--connections":
                Connections = Number(name, value, 4096);
                break;
            case "--message-bytes":
                MessageBytes = Number(name, value, 16_000);
                break;
            case "--json":
                JsonFile = Path.GetFullPath(value);
                break;
            case "--folder":
                Folder = Path.GetFullPath(value);
                break;
            case "--gateway":
                Gateway = Path.GetFullPath(value);
                break;
            case "--beside":
                Beside.Add(Path.GetFullPath(value));
                break;
            case "--ledger":
                LedgerFolder = Path.GetFullPath(value);
                break;
            case "--etcd":
                Etcd = value;
                break;
            case "--signatures":
                SignatureFolder = Path.GetFullPath(value);
                break;
            default:
                throw new FormatException($"{name} is not an option of the load report.");
        }
    }

    private static int Number(string name, string value, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most
            ? number
            : throw new FormatException($"{name} takes a number from 1 to {most}, not \"{value}\".");
}
