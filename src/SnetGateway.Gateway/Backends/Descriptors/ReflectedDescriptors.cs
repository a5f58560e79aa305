using Grpc.Core;
using Grpc.Net.Client;
using SnetGateway.ProtoJson;

namespace SnetGateway.Gateway.Backends.Descriptors;

/// <summary>Descriptors from a running instance's reflection. One request at a time, however many calls wait for it.</summary>
internal sealed class ReflectedDescriptors(Uri address, TimeProvider time) : IDescriptorSource
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    /// <summary>How long a result, or its absence, is kept: calls of a method that does not exist must not cause requests.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private ProtoSchema? _known;
    private Task<ProtoSchema>? _asking;
    private long _askedAt;

    public ProtoSchema? Known => Volatile.Read(ref _known);

    public async ValueTask<ProtoSchema> GetAsync(string method, CancellationToken cancellationToken)
    {
        ProtoSchema? known = Known;
        if (known?.FindMethod(method) is not null)
        {
            return known;
        }

        try
        {
            return await Ask().WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is RpcException or InvalidDataException)
        {
            return known
                ?? throw new RpcException(new Status(StatusCode.Unavailable, "the service's methods are not known yet", exception));
        }
    }

    private Task<ProtoSchema> Ask()
    {
        lock (_gate)
        {
            bool holds = _asking is not null && (!_asking.IsCompleted || time.GetElapsedTime(_askedAt) < s_pause);
            if (!holds)
            {
                _askedAt = time.GetTimestamp();
                _asking = AskAsync();
            }

            return _asking!;
        }
    }

    private async Task<ProtoSchema> AskAsync()
    {
        // No connection is kept for a request that is made rarely.
        using GrpcChannel channel = ServiceChannel.Open(address);
        ProtoSchema schema = await ReflectionReader.ReadAsync(channel.CreateCallInvoker(), s_timeout, CancellationToken.None);
        Volatile.Write(ref _known, schema);
        return schema;
    }
}
