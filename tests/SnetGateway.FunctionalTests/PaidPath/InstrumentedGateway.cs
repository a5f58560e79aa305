using System.IO.MemoryMappedFiles;
using Mono.Cecil;
using Mono.Cecil.Cil;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.FunctionalTests.PaidPath;

/// <summary>A copy of the built gateway in which each method of some projects marks that it ran.</summary>
internal sealed class InstrumentedGateway : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("snet-marks-").FullName;
    private readonly List<string> _files = [];
    private readonly string _marksFile;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _marks;

    /// <param name="assemblies">Names of the assemblies to instrument.</param>
    public InstrumentedGateway(params string[] assemblies)
    {
        string built = Path.GetDirectoryName(Repository.Existing(
            $"src/SnetGateway.Gateway/bin/{Repository.Configuration}/net10.0/snet-gateway", "build the solution"))!;
        foreach (string file in Directory.EnumerateFiles(built, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(_folder, Path.GetRelativePath(built, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        string hook = Repository.Existing(
            $"tests/SnetGateway.ExecutionMarks/bin/{Repository.Configuration}/net10.0/SnetGateway.ExecutionMarks.dll",
            "build the solution");
        foreach (string assembly in assemblies)
        {
            Instrument(Path.Combine(_folder, $"{assembly}.dll"), hook);
        }

        _marksFile = Path.Combine(_folder, "marks");
        File.WriteAllBytes(_marksFile, new byte[_files.Count]);
        _file = MemoryMappedFile.CreateFromFile(_marksFile);
        _marks = _file.CreateViewAccessor();
        Environment = new Dictionary<string, string?> { ["DOTNET_STARTUP_HOOKS"] = hook, ["SNET_EXECUTION_MARKS"] = _marksFile };
    }

    public string Binary => Path.Combine(_folder, "snet-gateway");

    public IReadOnlyDictionary<string, string?> Environment { get; }

    public void Clear() => _marks.WriteArray(0, new byte[_files.Count], 0, _files.Count);

    /// <summary>The source files, from `src/` on, of the methods that ran since <see cref="Clear"/>.</summary>
    public IReadOnlySet<string> ExecutedFiles() =>
        _files.Where((_, method) => _marks.ReadByte(method) != 0).ToHashSet(StringComparer.Ordinal);

    public void Dispose()
    {
        _marks.Dispose();
        _file.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Instrument(string path, string hook)
    {
        using var marks = AssemblyDefinition.ReadAssembly(hook);
        using var assembly = AssemblyDefinition.ReadAssembly(path, new ReaderParameters { ReadSymbols = true, InMemory = true });
        MethodReference set = assembly.MainModule.ImportReference(
            marks.MainModule.GetType("SnetGateway.ExecutionMarks.Marks").Methods.Single(method => method.Name == "Set"));
        foreach (MethodDefinition method in assembly.MainModule.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody))
        {
            string? source =
                method.DebugInformation.SequencePoints.FirstOrDefault(point => !point.IsHidden)?.Document.Url.Replace('\\', '/');
            int at = source?.IndexOf("/src/SnetGateway.", StringComparison.Ordinal) ?? -1;
            if (at < 0 || source!.Contains("/obj/", StringComparison.Ordinal))
            {
                continue; // written by the compiler or by a generator
            }

            ILProcessor il = method.Body.GetILProcessor();
            Instruction first = method.Body.Instructions[0];
            il.InsertBefore(first, il.Create(OpCodes.Ldc_I4, _files.Count));
            il.InsertBefore(first, il.Create(OpCodes.Call, set));
            _files.Add(source[(at + 1)..]);
        }

        assembly.Write(path);
    }
}
