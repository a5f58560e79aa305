using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Storage.Etcd;
using SnetGateway.Storage.Redis;

namespace SnetGateway.Tests.Storage;

/// <summary>Keeps what a store or the ledger's marker logs, by the event's id.</summary>
internal sealed class LogLines : ILogger<EtcdRecordStore>, ILogger<RedisRecordStore>, ILogger<LedgerMarker>
{
    private readonly ConcurrentQueue<(int Id, string Text)> _lines = new();

    public IEnumerable<int> Ids => _lines.Select(line => line.Id);

    public IEnumerable<string> TextsOf(int id) => _lines.Where(line => line.Id == id).Select(line => line.Text);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((eventId.Id, formatter(state, exception)));
}
