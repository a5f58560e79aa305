namespace SnetGateway.Gateway.Listeners;

/// <summary>The listener of a connection. It is a feature of the connection, so no request header can forge it.</summary>
internal sealed class ListenerKind
{
    public static readonly ListenerKind Public = new();
    public static readonly ListenerKind Admin = new();
    public static readonly ListenerKind Challenge = new();

    private ListenerKind()
    {
    }
}
