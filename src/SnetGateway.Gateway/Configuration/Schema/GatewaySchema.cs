using SnetGateway.Ethereum;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Configuration.Forms;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Payments;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>The schema of the `SnetGateway` section. Forms that an option class cannot name itself stand here.</summary>
internal static class GatewaySchema
{
    public static ObjectNode Node { get; } = OptionSchema.For(typeof(GatewayOptions), new Dictionary<(Type, string), SchemaNode?>
    {
        [(typeof(ChainOptions), nameof(ChainOptions.Endpoints))] = new ListNode(Form(new HttpUrlFormAttribute())),
        [(typeof(ChainOptions), nameof(ChainOptions.EscrowAddress))] = Form(new AddressFormAttribute()),
        [(typeof(DescriptorOptions), nameof(DescriptorOptions.ReflectionAddress))] = Form(new HttpUrlFormAttribute()),
        [(typeof(EtcdOptions), nameof(EtcdOptions.Endpoints))] = new ListNode(Form(new HttpUrlFormAttribute())),
        [(typeof(PaidCallOptions), nameof(PaidCallOptions.UnconfirmedExposure))] = Form(new CogsFormAttribute()),
        [(typeof(PublicListenerOptions), nameof(PublicListenerOptions.Address))] = Form(new EndPointFormAttribute()),
        [(typeof(AdminListenerOptions), nameof(AdminListenerOptions.Address))] = Form(new EndPointFormAttribute()),
    });

    private static ScalarNode Form(ValueFormAttribute form) => new(ScalarForms.For(typeof(string), [form])!);
}
