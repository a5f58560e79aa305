using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using SnetGateway.ProtoJson;

namespace SnetGateway.Gateway.Prices;

/// <summary>
/// Which method names the price of which, by the option `pricing.my_method_option` of the methods. The option is read from compiled
/// descriptors by its number, of all files: every spelling of it counts, and no file replaces another (trap 37).
/// </summary>
internal sealed class PriceMethods
{
    private static readonly ConditionalWeakTable<ProtoSchema, PriceMethods> s_known = [];
    private static readonly MessageParser<MethodOptions> s_options =
        MethodOptions.Parser.WithExtensionRegistry([PricingExtensions.MyMethodOption]);

    private PriceMethods(ProtoSchema schema)
    {
        ByMethod = schema.Files.SelectMany(file => file.Services).SelectMany(service => service.Methods)
            .Select(method => (Path: $"/{method.Service.FullName}/{method.Name}", Option: OptionOf(method)))
            .Where(method => method.Option is not null)
            .ToFrozenDictionary(method => method.Path, method => method.Option!.EstimatePriceMethod, StringComparer.Ordinal);
    }

    /// <summary>The path of the price method by the path of each method that has one.</summary>
    public FrozenDictionary<string, string> ByMethod { get; }

    public static PriceMethods Of(ProtoSchema schema) => s_known.GetValue(schema, static known => new PriceMethods(known));

    /// <summary>Why a price method cannot be asked; null if it can.</summary>
    public static string? ProblemOf(ProtoSchema schema, string priceMethod)
    {
        MethodDescriptor? method = schema.Files.SelectMany(file => file.Services).SelectMany(service => service.Methods)
            .FirstOrDefault(known => $"/{known.Service.FullName}/{known.Name}" == priceMethod);
        return method is null ? "no service of this cluster has such a method"
            : method.OutputType.Fields.InFieldNumberOrder() is not [{ FieldNumber: 1, FieldType: FieldType.UInt64, IsRepeated: false }]
                ? $"it returns {method.OutputType.FullName}, and not a message with nothing but uint64 price = 1"
            : null;
    }

    private static EstimatePrice? OptionOf(MethodDescriptor method)
    {
        if (method.GetOptions() is not { } options)
        {
            return null;
        }

        MethodOptions read = s_options.ParseFrom(options.ToByteArray());
        return read.HasExtension(PricingExtensions.MyMethodOption) ? read.GetExtension(PricingExtensions.MyMethodOption) : null;
    }
}
