using System.Runtime.InteropServices;

namespace SnetGateway.Gateway.Control;

/// <summary>The open streams of one kind, the one that was silent longest first.</summary>
internal sealed class OpenStreams(OwnStreamBounds bounds)
{
    private readonly LinkedList<OwnStream> _streams = new();
    private readonly Dictionary<string, int> _ofConnection = new(StringComparer.Ordinal);

    public OwnStreamBounds Bounds => bounds;

    /// <summary>Adds a stream, unless its connection has as many as it may have.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="superfluous">The one of another connection that must be closed for it, and is no longer counted.</param>
    public bool TryAdd(OwnStream stream, out OwnStream? superfluous)
    {
        superfluous = null;
        lock (_streams)
        {
            int ofConnection = _ofConnection.GetValueOrDefault(stream.ConnectionId);
            if (ofConnection >= bounds.OfConnection)
            {
                return false;
            }

            if (_streams.Count >= bounds.All)
            {
                superfluous = _streams.First!.Value;
                RemoveCounted(superfluous);
                ofConnection = _ofConnection.GetValueOrDefault(stream.ConnectionId);
            }

            _streams.AddLast(stream.Node);
            _ofConnection[stream.ConnectionId] = ofConnection + 1;
            return true;
        }
    }

    /// <summary>Notes that a stream is not silent.</summary>
    public void MoveToEnd(OwnStream stream)
    {
        lock (_streams)
        {
            if (stream.Node.List is not null)
            {
                _streams.Remove(stream.Node);
                _streams.AddLast(stream.Node);
            }
        }
    }

    public void Remove(OwnStream stream)
    {
        lock (_streams)
        {
            if (stream.Node.List is not null)
            {
                RemoveCounted(stream);
            }
        }
    }

    private void RemoveCounted(OwnStream stream)
    {
        _streams.Remove(stream.Node);
        if (--CollectionsMarshal.GetValueRefOrNullRef(_ofConnection, stream.ConnectionId) == 0)
        {
            _ofConnection.Remove(stream.ConnectionId);
        }
    }
}
