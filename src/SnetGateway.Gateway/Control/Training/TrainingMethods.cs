using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Gateway.PaidCalls;

namespace SnetGateway.Gateway.Control.Training;

/// <summary>
/// What a service's protos say of training: the methods that take a model, and the options of each. Known where the descriptors of its
/// clusters are configured (`SnetGateway:Backends:Clusters`), or come from the archive of its metadata.
/// </summary>
internal sealed class TrainingMethods(LiveSnapshot live, TimeProvider time) : ITrainingReport
{
    /// <summary>The longest that a heartbeat waits for a service that is asked for its methods.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>The message by which a method takes a model.</summary>
    private const string ModelId = "training.ModelID";

    public async ValueTask<TrainingMetadata> DescribeAsync(TrainingTarget target, CancellationToken cancellationToken)
    {
        var metadata = new TrainingMetadata { TrainingEnabled = true };
        foreach (MethodDescriptor method in await AllAsync(target, cancellationToken))
        {
            if (method.InputType.Fields.InDeclarationOrder().Any(field =>
                field.FieldType == FieldType.Message && field.MessageType.FullName == ModelId))
            {
                if (!metadata.TrainingMethods.TryGetValue(method.Service.Name, out ListValue? list))
                {
                    metadata.TrainingMethods[method.Service.Name] = list = new ListValue();
                }

                list.Values.Add(Value.ForString(method.Name));
            }
        }

        metadata.TrainingInProto = metadata.TrainingMethods.Count > 0;
        return metadata;
    }

    public async ValueTask<JsonObject?> ReportAsync(string service)
    {
        if (live.Current.Training.Find(service) is not { } target)
        {
            return null;
        }

        using var late = new CancellationTokenSource(s_patience, time);
        var known = new TrainingMetadata { TrainingEnabled = true };
        try
        {
            known = await DescribeAsync(target, late.Token);
        }
        catch (OperationCanceledException)
        {
            // Reported as a service whose methods are not known.
        }

        return new JsonObject
        {
            ["trainingEnabled"] = known.TrainingEnabled,
            ["trainingInProto"] = known.TrainingInProto,
            ["trainingMethods"] = new JsonObject(known.TrainingMethods.Select(one => KeyValuePair.Create<string, JsonNode?>(
                one.Key, new JsonArray([.. one.Value.Values.Select(method => JsonValue.Create(method.StringValue))])))),
        };
    }

    /// <summary>The options of a method, by the names that models carry; null when there is no such method.</summary>
    public async ValueTask<MethodMetadata?> FindAsync(
        TrainingTarget target, string service, string method, CancellationToken cancellationToken)
    {
        MethodDescriptor? found = (await AllAsync(target, cancellationToken)).FirstOrDefault(candidate =>
            candidate.Name == method && (candidate.Service.Name == service || candidate.Service.FullName == service));

        // The message has the numbers of the options.
        return found is null ? null : MethodMetadata.Parser.ParseFrom(found.GetOptions()?.ToByteArray() ?? []);
    }

    private async ValueTask<IReadOnlyList<MethodDescriptor>> AllAsync(TrainingTarget target, CancellationToken cancellationToken)
    {
        GatewaySnapshot snapshot = live.Current;
        List<MethodDescriptor> methods = [];
        foreach (string cluster in snapshot.Routes
            .Where(route => route.ClusterId is not null && route.Metadata?.GetValueOrDefault(PaidRoute.ServiceKey) == target.Service.Name)
            .Select(route => route.ClusterId!).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (await GatewayReflection.SchemaOfAsync(snapshot.Backends.Find(cluster), cancellationToken) is { } schema)
            {
                methods.AddRange(schema.Files.SelectMany(file => file.Services).SelectMany(service => service.Methods));
            }
        }

        // A service may have several clusters with the same methods.
        return [.. methods.DistinctBy(method => method.FullName)];
    }
}
