using Google.Protobuf.Reflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace SnetGateway.Gateway.Control;

/// <summary>The content of reflection: services, and the files that describe them with everything these import. Immutable.</summary>
internal sealed class ReflectionIndex
{
    private readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, FileDescriptor>> _extensions = new(StringComparer.Ordinal);

    /// <summary>An index of these services. Of two with one name, and of two files with one name, the first counts.</summary>
    public ReflectionIndex(IEnumerable<ServiceDescriptor> services)
    {
        var names = new List<string>();
        foreach (ServiceDescriptor service in services)
        {
            if (!names.Contains(service.FullName))
            {
                names.Add(service.FullName);
                Add(service.File);

                // A file of another service may have the same name; it is then found by symbol only.
                Index(service);
            }
        }

        Services = names;
    }

    /// <summary>The full names of the services, in the order in which they were given.</summary>
    public IReadOnlyList<string> Services { get; }

    /// <summary>The file of this name, or null.</summary>
    public FileDescriptor? FindFile(string name) => _files.GetValueOrDefault(name);

    /// <summary>The file that declares this service, method, message, enum or extension, or null.</summary>
    public FileDescriptor? FindSymbol(string fullName) => _symbols.GetValueOrDefault(fullName);

    /// <summary>The file that declares the extension of a message with this number, or null.</summary>
    public FileDescriptor? FindExtension(string message, int number) =>
        _extensions.TryGetValue(message, out SortedDictionary<int, FileDescriptor>? numbers) ? numbers.GetValueOrDefault(number) : null;

    /// <summary>The numbers of a message's extensions, in order; null when there is no such message.</summary>
    public IReadOnlyCollection<int>? FindExtensionNumbers(string message) =>
        _extensions.TryGetValue(message, out SortedDictionary<int, FileDescriptor>? numbers) ? numbers.Keys
        : _symbols.ContainsKey(message) ? []
        : null;

    private void Add(FileDescriptor first)
    {
        // An explicit stack, because a chain of imports may be long.
        var seen = new HashSet<FileDescriptor> { first };
        var open = new Stack<FileDescriptor>([first]);
        while (open.TryPop(out FileDescriptor? file))
        {
            if (_files.TryAdd(file.Name, file))
            {
                Index(file);
            }

            foreach (FileDescriptor? imported in file.Dependencies.Where(seen.Add))
            {
                open.Push(imported);
            }
        }
    }

    private void Index(FileDescriptor file)
    {
        foreach (ServiceDescriptor? service in file.Services)
        {
            Index(service);
        }

        foreach (EnumDescriptor? enumeration in file.EnumTypes)
        {
            _symbols.TryAdd(enumeration.FullName, file);
        }

        Index(file.Extensions, file);
        var open = new Stack<MessageDescriptor>(file.MessageTypes);
        while (open.TryPop(out MessageDescriptor? message))
        {
            _symbols.TryAdd(message.FullName, file);
            Index(message.Extensions, file);
            foreach (EnumDescriptor? enumeration in message.EnumTypes)
            {
                _symbols.TryAdd(enumeration.FullName, file);
            }

            foreach (MessageDescriptor? nested in message.NestedTypes)
            {
                open.Push(nested);
            }
        }
    }

    private void Index(ServiceDescriptor service)
    {
        _symbols.TryAdd(service.FullName, service.File);
        foreach (MethodDescriptor? method in service.Methods)
        {
            _symbols.TryAdd(method.FullName, service.File);
        }
    }

    private void Index(ExtensionCollection extensions, FileDescriptor file)
    {
        foreach (FieldDescriptor? extension in extensions.UnorderedExtensions)
        {
            _symbols.TryAdd(extension.FullName, file);
            string message = extension.ExtendeeType.FullName;
            if (!_extensions.TryGetValue(message, out SortedDictionary<int, FileDescriptor>? numbers))
            {
                _extensions[message] = numbers = [];
            }

            numbers.TryAdd(extension.FieldNumber, file);
        }
    }
}
