using Grpc.Core;
using Grpc.Net.Client;
using SnetGateway.ProtoJson;

namespace SnetGateway.Gateway.Backends.Descriptors;

/// <summary>Descriptors by a running instance's own reflection. One question at a time, however many calls wait for its answer.</summary>
internal sealed class ReflectedDescriptors(Uri address, TimeProvider time) : IDescriptorSource
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    /// <summary>How long an answer, or the lack of one, holds: calls of a method that does not exist must not become questions.</summary>
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
            return known ?? throw new RpcException(new Status(StatusCode.Unavailable, "the service has not yet said what its messages are", exception));
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
        // No connection is kept for a question that is asked once in a while.
        using GrpcChannel channel = ServiceChannel.Open(address);
        ProtoSchema schema = await ReflectionReader.ReadAsync(channel.CreateCallInvoker(), s_timeout, CancellationToken.None);
        Volatile.Write(ref _known, schema);
        return schema;
    }
}
