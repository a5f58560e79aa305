namespace SnetGateway.Gateway.Control;

/// <summary>The open streams of one kind, the one that was silent longest first.</summary>
internal sealed class OpenStreams(OwnStreamBounds bounds)
{
    private readonly LinkedList<OwnStream> _streams = new();

    public OwnStreamBounds Bounds => bounds;

    /// <summary>Adds a stream. Returns the one that must be closed for it, which is no longer counted.</summary>
    public OwnStream? Add(OwnStream stream)
    {
        lock (_streams)
        {
            OwnStream? superfluous = FindSuperfluous(stream.ConnectionId);
            if (superfluous is not null)
            {
                _streams.Remove(superfluous.Node);
            }

            _streams.AddLast(stream.Node);
            return superfluous;
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
                _streams.Remove(stream.Node);
            }
        }
    }

    private OwnStream? FindSuperfluous(string connectionId)
    {
        OwnStream? first = null;
        int ofConnection = 0;
        foreach (OwnStream stream in _streams)
        {
            if (stream.ConnectionId == connectionId)
            {
                first ??= stream;
                ofConnection++;
            }
        }

        return ofConnection >= bounds.OfConnection ? first
            : _streams.Count >= bounds.All ? _streams.First!.Value
            : null;
    }
}
