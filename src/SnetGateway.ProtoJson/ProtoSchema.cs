using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace SnetGateway.ProtoJson;

/// <summary>All messages and methods of a compiled set of proto files. Immutable.</summary>
public sealed class ProtoSchema
{
    // Available also to a set that was compiled without its imports.
    private static readonly FileDescriptor[] s_wellKnownFiles =
    [
        AnyReflection.Descriptor, ApiReflection.Descriptor, DurationReflection.Descriptor, EmptyReflection.Descriptor,
        FieldMaskReflection.Descriptor, SourceContextReflection.Descriptor, StructReflection.Descriptor,
        TimestampReflection.Descriptor, TypeReflection.Descriptor, WrappersReflection.Descriptor, DescriptorReflection.Descriptor,
    ];

    private readonly Dictionary<string, ProtoMessageType> _messages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ProtoMethod> _methods = new(StringComparer.Ordinal);

    private ProtoSchema(IReadOnlyList<FileDescriptor> files)
    {
        Files = files;
        var descriptors = new List<MessageDescriptor>();
        var enums = new Dictionary<string, ProtoEnum>(StringComparer.Ordinal);
        foreach (FileDescriptor file in files)
        {
            Collect(file.MessageTypes, file.EnumTypes, descriptors, enums);
        }

        foreach (MessageDescriptor descriptor in descriptors)
        {
            _messages[descriptor.FullName] = new ProtoMessageType(descriptor);
        }

        foreach (MessageDescriptor descriptor in descriptors)
        {
            FillFields(descriptor, enums);
        }

        foreach (MethodDescriptor? method in files.SelectMany(file => file.Services).SelectMany(service => service.Methods))
        {
            string path = $"/{method.Service.FullName}/{method.Name}";
            _methods[path] = new ProtoMethod(
                path, _messages[method.InputType.FullName], _messages[method.OutputType.FullName], method.IsClientStreaming,
                method.IsServerStreaming);
        }
    }

    /// <summary>The files, each after those that it imports. Reflection sends the <c>SerializedData</c> of each.</summary>
    public IReadOnlyList<FileDescriptor> Files { get; }

    /// <summary>Every method, in no particular order.</summary>
    public IReadOnlyCollection<ProtoMethod> Methods => _methods.Values;

    /// <summary>
    /// Loads a compiled set of proto files (a <c>FileDescriptorSet</c>, as written by <c>protoc --descriptor_set_out</c>).
    /// </summary>
    /// <exception cref="InvalidDataException">The bytes are not such a set, or an imported file is missing.</exception>
    public static ProtoSchema Load(ReadOnlySpan<byte> descriptorSet)
    {
        try
        {
            FileDescriptorSet set = FileDescriptorSet.Parser.ParseFrom(descriptorSet);
            return new ProtoSchema([.. FileDescriptor.BuildFromByteStrings(InOrder(set).Select(file => file.ToByteString()))]);
        }
        catch (Exception broken) when (broken is not InvalidDataException and not OutOfMemoryException)
        {
            // The descriptor library throws many kinds of exceptions for a set that protoc did not write.
            throw new InvalidDataException($"The descriptor set cannot be used: {broken.Message}", broken);
        }
    }

    /// <summary>Loads a file with a compiled set.</summary>
    /// <exception cref="InvalidDataException">As <see cref="Load"/>.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async Task<ProtoSchema> LoadFileAsync(string path, CancellationToken cancellationToken) =>
        Load(await File.ReadAllBytesAsync(path, cancellationToken));

    /// <summary>The method at <c>/package.Service/Method</c>, or null.</summary>
    public ProtoMethod? FindMethod(string path) => _methods.GetValueOrDefault(path);

    /// <summary>The message <c>package.Message</c>, or null.</summary>
    public ProtoMessageType? FindMessage(string fullName) => _messages.GetValueOrDefault(fullName);

    private static void Collect(
        IEnumerable<MessageDescriptor> messages, IEnumerable<EnumDescriptor> enumerations, List<MessageDescriptor> descriptors,
        Dictionary<string, ProtoEnum> enums)
    {
        foreach (EnumDescriptor enumeration in enumerations)
        {
            enums[enumeration.FullName] = new ProtoEnum(enumeration);
        }

        foreach (MessageDescriptor message in messages)
        {
            descriptors.Add(message);
            Collect(message.NestedTypes, message.EnumTypes, descriptors, enums);
        }
    }

    private static List<FileDescriptorProto> InOrder(FileDescriptorSet set)
    {
        Dictionary<string, FileDescriptorProto> files = s_wellKnownFiles.ToDictionary(
            file => file.Name, file => FileDescriptorProto.Parser.ParseFrom(file.SerializedData), StringComparer.Ordinal);
        foreach (FileDescriptorProto? file in set.File)
        {
            files[file.Name] = file;
        }

        // With an explicit stack, because chains of imports have no maximum length.
        var ordered = new List<FileDescriptorProto>();
        var state = new Dictionary<string, bool>(StringComparer.Ordinal);
        var open = new Stack<(FileDescriptorProto File, int Next)>();
        foreach (FileDescriptorProto? root in set.File)
        {
            Enter(root.Name, root.Name);
            while (open.TryPop(out (FileDescriptorProto File, int Next) at))
            {
                if (at.Next == at.File.Dependency.Count)
                {
                    state[at.File.Name] = true;
                    ordered.Add(at.File);
                    continue;
                }

                open.Push((at.File, at.Next + 1));
                Enter(at.File.Dependency[at.Next], at.File.Name);
            }
        }

        return ordered;

        void Enter(string name, string importer)
        {
            if (state.TryGetValue(name, out bool isDone))
            {
                if (!isDone)
                {
                    throw new InvalidDataException($"The descriptor set cannot be used: {importer} and {name} import each other.");
                }

                return;
            }

            if (!files.TryGetValue(name, out FileDescriptorProto? file))
            {
                throw new InvalidDataException($"The descriptor set cannot be used: {importer} imports {name}, which is not in the set. "
                    + $"Compile it with --include_imports.");
            }

            state[name] = false;
            open.Push((file, 0));
        }
    }

    private void FillFields(MessageDescriptor descriptor, Dictionary<string, ProtoEnum> enums)
    {
        var oneofs = descriptor.Oneofs.Where(oneof => !oneof.IsSynthetic).ToList();
        IEnumerable<ProtoField> fields = descriptor.Fields.InFieldNumberOrder().Select((field, index) => new ProtoField(
            field,
            index,
            field.RealContainingOneof is { } oneof ? oneofs.IndexOf(oneof) : -1,
            field.FieldType == FieldType.Message ? _messages[field.MessageType.FullName] : null,
            field.FieldType == FieldType.Enum ? enums[field.EnumType.FullName] : null));
        _messages[descriptor.FullName].SetFields([.. fields], oneofs.Count);
    }
}
