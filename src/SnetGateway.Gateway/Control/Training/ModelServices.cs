using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Logging;
using SnetGateway.Payments.Values;
using GrpcStatus = Grpc.Core.Status;

namespace SnetGateway.Gateway.Control.Training;

/// <summary>
/// The services' own `training.Model`: one connection pool for each address, kept for the process. Requests without payment are bounded in
/// number and time, so that consumers cannot keep a service busy for nothing.
/// </summary>
internal sealed class ModelServices(TimeProvider time, ILogger<ModelServices> logger) : IDisposable
{
    /// <summary>Requests without payment that run at all services together.</summary>
    public const int MaxUnpaid = 64;

    /// <summary>Time for a request without payment.</summary>
    public static readonly TimeSpan UnpaidLimit = TimeSpan.FromSeconds(20);

    /// <summary>Most characters of a service's error text that a client gets.</summary>
    private const int MaxText = 500;

    private readonly ConcurrentDictionary<Uri, Lazy<GrpcChannel>> _channels = new();
    private readonly LogThrottle _failures = new(time);
    private int _unpaid;

    /// <summary>The client of a service.</summary>
    public Model.ModelClient ClientOf(TrainingTarget target) =>
        new(_channels.GetOrAdd(target.Address, address => new Lazy<GrpcChannel>(() => ServiceChannel.Open(address))).Value);

    /// <summary>
    /// Makes a request without payment. Throws <see cref="ModelServiceException"/> when the service fails it, and
    /// <see cref="RpcException"/> when too many run.
    /// </summary>
    public async Task<T> AskAsync<T>(
        TrainingTarget target, Func<Model.ModelClient, CallOptions, AsyncUnaryCall<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _unpaid) > MaxUnpaid)
            {
                throw new RpcException(new GrpcStatus(StatusCode.ResourceExhausted, "too many training requests, please try again later"));
            }

            return await CallAsync(target, client => ask(client, new CallOptions(
                deadline: (time.GetUtcNow() + UnpaidLimit).UtcDateTime, cancellationToken: cancellationToken)).ResponseAsync);
        }
        finally
        {
            Interlocked.Decrement(ref _unpaid);
        }
    }

    /// <summary>Makes a call. Throws <see cref="ModelServiceException"/> when the service fails it.</summary>
    public async Task<T> CallAsync<T>(TrainingTarget target, Func<Model.ModelClient, Task<T>> call)
    {
        try
        {
            return await call(ClientOf(target));
        }
        catch (RpcException failure)
        {
            if (failure.StatusCode != StatusCode.Cancelled && _failures.TryTake(out long suppressed))
            {
                ControlLog.ModelServiceFailed(logger, target.Service.Name, failure.StatusCode, failure.Status.Detail, suppressed);
            }

            throw new ModelServiceException(TextOf(failure), IsUnreachable(failure));
        }
    }

    public void Dispose()
    {
        foreach (Lazy<GrpcChannel> channel in _channels.Values.Where(channel => channel.IsValueCreated))
        {
            channel.Value.Dispose();
        }
    }

    /// <summary>No connection could be opened, so the service was not asked.</summary>
    private static bool IsUnreachable(RpcException failure) =>
        failure.Status.DebugException is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };

    /// <summary>The service's own text; what the gateway noticed itself would name the inside.</summary>
    private static string TextOf(RpcException failure)
    {
        if (failure.StatusCode == StatusCode.DeadlineExceeded)
        {
            return "the service did not respond in time";
        }

        if (failure.Status.DebugException is not null)
        {
            return "the service cannot be reached";
        }

        string text = failure.Status.Detail;
        return PrintableText.Of(text.Length > MaxText ? text[..MaxText] : text);
    }
}

/// <summary>A service failed what was asked of it. The message is for the client.</summary>
/// <param name="message">The service's text.</param>
/// <param name="wasNotAsked">No connection could be opened.</param>
internal sealed class ModelServiceException(string message, bool wasNotAsked) : Exception(message)
{
    public bool WasNotAsked => wasNotAsked;
}
