using Grpc.Core;
using SnetGateway.ProtoJson;

namespace SnetGateway.Gateway.Backends.Descriptors;

/// <summary>
/// What the methods and messages of one cluster's services are. To add a source: implement this, give it a key in
/// <see cref="DescriptorOptions"/>, and choose it in <see cref="DescriptorLoader"/>.
/// </summary>
internal interface IDescriptorSource
{
    /// <summary>All that is known at this moment, without asking anybody; null when that is nothing yet.</summary>
    ProtoSchema? Known { get; }

    /// <summary>The schema, after asking for what is new if it lacks this method (`/package.Service/Method`); it may lack it still.</summary>
    /// <exception cref="RpcException">No descriptors are known and no instance responds: `UNAVAILABLE`.</exception>
    ValueTask<ProtoSchema> GetAsync(string method, CancellationToken cancellationToken);
}
