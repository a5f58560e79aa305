using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Backends.Descriptors;

/// <summary>The source of a cluster's protobuf descriptors: at most one of the three.</summary>
public sealed class DescriptorOptions
{
    /// <summary>
    /// Folder with the services' `.proto` files, subfolders included; imports are resolved from this folder. Compiled when the
    /// configuration is read.
    /// </summary>
    public string? ProtoFolder { get; set; }

    /// <summary>File with a compiled descriptor set, as `protoc --include_imports --descriptor_set_out` writes it.</summary>
    public string? DescriptorSet { get; set; }

    /// <summary>
    /// URL of a running instance with gRPC reflection (v1 or v1alpha). It is asked at the first call that needs a descriptor, and again for
    /// unknown methods.
    /// </summary>
    [DataType("url")]
    public string? ReflectionAddress { get; set; }
}
