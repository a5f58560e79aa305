namespace SnetGateway.Gateway.Backends.Descriptors;

/// <summary>Where a cluster's services say what their methods and messages are. One of the three, or none.</summary>
public sealed class DescriptorOptions
{
    /// <summary>Folder with the services' `.proto` files, those in its folders included; imports are looked up from it. Compiled when the configuration is read.</summary>
    public string? ProtoFolder { get; set; }

    /// <summary>File with a compiled set, as `protoc --include_imports --descriptor_set_out` writes it.</summary>
    public string? DescriptorSet { get; set; }

    /// <summary>URL of a running instance that has gRPC reflection (v1 or v1alpha). Asked at the first call that needs it, and again for a method that is new.</summary>
    public string? ReflectionAddress { get; set; }
}
