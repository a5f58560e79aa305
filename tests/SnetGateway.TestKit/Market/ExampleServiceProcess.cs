using System.Text.Json;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.TestKit.Market;

/// <summary>A running example service (samples/), which serves samples/proto/example.proto over cleartext HTTP/2.</summary>
public sealed class ExampleServiceProcess : IAsyncDisposable
{
    private ExampleServiceProcess(ChildProcess process, string name, int port)
    {
        Process = process;
        Name = name;
        Port = port;
    }

    /// <summary>The service's process, for tests that pause or kill it.</summary>
    public ChildProcess Process { get; }

    /// <summary>The instance name in its responses.</summary>
    public string Name { get; }

    /// <summary>Its loopback port.</summary>
    public int Port { get; }

    /// <summary>Its address, for a destination of a cluster.</summary>
    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>host:port, for a client's job.</summary>
    public string Endpoint => $"127.0.0.1:{Port}";

    /// <summary>Starts a service and waits until it listens.</summary>
    /// <param name="language">Which of the two implementations.</param>
    /// <param name="name">The instance name in its responses; null for the implementation's default.</param>
    /// <param name="port">0 picks a free one; a fixed one restarts an instance at the same address.</param>
    public static async Task<ExampleServiceProcess> StartAsync(ExampleLanguage language, string? name = null, int port = 0)
    {
        (string? program, string? script) = language switch
        {
            ExampleLanguage.JavaScript => ("node", NodeScript()),
            ExampleLanguage.CSharp => ("dotnet", Repository.Existing(
                $"samples/EchoService/bin/{Repository.Configuration}/net10.0/SnetGateway.EchoService.dll", "build the solution")),
            _ => throw new ArgumentOutOfRangeException(nameof(language)),
        };
        return await StartAsync(program, script, name, port);
    }

    /// <summary>
    /// Starts the echo service of tests/clients/python, on Debian's grpcio (the C core). It implements the part of the protocol that its
    /// tests need.
    /// </summary>
    public static Task<ExampleServiceProcess> StartPythonAsync() =>
        StartAsync("/usr/bin/python3", Repository.Existing("tests/clients/python/service.py", "the checkout is incomplete"), null, 0);

    /// <summary>Starts the sample of a service whose users train models.</summary>
    public static Task<ExampleServiceProcess> StartModelsAsync()
    {
        NodeScript();
        return StartAsync("node", Repository.Existing("samples/echo-node/model.mjs", "the checkout is incomplete"), null, 0);
    }

    /// <summary>Ends the service.</summary>
    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static async Task<ExampleServiceProcess> StartAsync(string program, string script, string? name, int port)
    {
        List<string> arguments = [script, "--exit-with-stdin", "--port", port.ToString(System.Globalization.CultureInfo.InvariantCulture)];
        if (name is not null)
        {
            arguments.AddRange(["--name", name]);
        }

        var process = ChildProcess.Start(program, arguments);
        try
        {
            using var ready = JsonDocument.Parse(
                await process.WaitForLineAsync(line => line.StartsWith("{\"ready\":true", StringComparison.Ordinal)));
            return new ExampleServiceProcess(
                process, ready.RootElement.GetProperty("name").GetString()!, ready.RootElement.GetProperty("port").GetInt32());
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private static string NodeScript()
    {
        Repository.Existing("samples/echo-node/node_modules", "run tests/run.sh, or npm ci in samples/echo-node");
        return Repository.Existing("samples/echo-node/service.mjs", "the checkout is incomplete");
    }
}
