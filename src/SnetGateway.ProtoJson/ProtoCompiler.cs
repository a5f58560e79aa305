using System.Diagnostics;

namespace SnetGateway.ProtoJson;

/// <summary>Compiles folders of proto files by running <c>protoc</c>.</summary>
/// <param name="protocPath">The compiler. The Grpc.Tools package contains one under <c>tools/</c>.</param>
/// <param name="includePaths">Additional folders for imports; one of them contains <c>google/protobuf/*.proto</c>.</param>
public sealed class ProtoCompiler(string protocPath, IReadOnlyList<string> includePaths)
{
    /// <summary>Compiles every proto file in a folder and its subfolders.</summary>
    /// <exception cref="InvalidDataException">There are no files, or they do not compile. The message contains the compiler's
    /// output.</exception>
    public async Task<ProtoSchema> CompileFolderAsync(string folder, CancellationToken cancellationToken)
    {
        string root = Path.GetFullPath(folder);
        string[] files = Directory.GetFiles(root, "*.proto", SearchOption.AllDirectories);
        if (files.Length == 0)
        {
            throw new InvalidDataException($"{root} contains no .proto file.");
        }

        Array.Sort(files, StringComparer.Ordinal);
        DirectoryInfo work = Directory.CreateTempSubdirectory("snet-gateway-protoc-");
        try
        {
            string result = Path.Combine(work.FullName, "set.pb");
            IEnumerable<string> folders = includePaths.Prepend(root).Select(path => $"--proto_path={path}");
            await RunAsync(["--include_imports", $"--descriptor_set_out={result}", .. folders, .. files], cancellationToken);
            return await ProtoSchema.LoadFileAsync(result, cancellationToken);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private async Task RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(protocPath, arguments) { RedirectStandardError = true, RedirectStandardInput = true },
        };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidDataException($"The protobuf compiler {protocPath} cannot be run: {missing.Message}", missing);
        }

        try
        {
            process.StandardInput.Close();
            string errors = await process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                throw new InvalidDataException($"The proto files do not compile: {errors.Trim()}");
            }
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
