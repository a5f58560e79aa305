namespace SnetGateway.Gateway.Listeners;

/// <summary>Which listener a connection came by. A feature of the connection, so that no header can claim another one.</summary>
internal sealed class ListenerKind
{
    public static readonly ListenerKind Public = new();
    public static readonly ListenerKind Admin = new();

    private ListenerKind()
    {
    }
}
