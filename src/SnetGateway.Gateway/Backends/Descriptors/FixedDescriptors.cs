using SnetGateway.ProtoJson;

namespace SnetGateway.Gateway.Backends.Descriptors;

/// <summary>Descriptors that were known when the configuration was read.</summary>
internal sealed class FixedDescriptors(ProtoSchema schema) : IDescriptorSource
{
    public ProtoSchema Known => schema;

    public ValueTask<ProtoSchema> GetAsync(string method, CancellationToken cancellationToken) => new(schema);
}
