using Grpc.Core;
using SnetGateway.ProtoJson;

namespace SnetGateway.Gateway.Backends.Descriptors;

/// <summary>
/// The methods and messages of one cluster's services. To add a source: implement this, give it a key in <see cref="DescriptorOptions"/>,
/// and choose it in <see cref="DescriptorLoader"/>.
/// </summary>
internal interface IDescriptorSource
{
    /// <summary>The schema that is known now, without a request; null when there is none yet.</summary>
    ProtoSchema? Known { get; }

    /// <summary>The schema, refreshed if it lacks this method (`/package.Service/Method`), which it may still lack.</summary>
    /// <exception cref="RpcException">No descriptors are known and no instance responds: `UNAVAILABLE`.</exception>
    ValueTask<ProtoSchema> GetAsync(string method, CancellationToken cancellationToken);
}
