using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Training;

/// <summary>
/// A model that a user trains at a service: who may use it, and what the service said of it last. The model itself, its data and its prices
/// are the service's. Immutable; replaced by one conditional write.
/// </summary>
public sealed record TrainingModel
{
    /// <summary>Most bytes of an id that a service gives.</summary>
    public const int MaxIdBytes = 256;

    /// <summary>Most addresses beside the creator's. A request is smaller than this many would be.</summary>
    public const int MaxAddresses = 128;

    /// <summary>The protocol's number of a deleted model's status.</summary>
    public const byte Deleted = 6;

    /// <summary>Revision that the store gave it. Not part of the value.</summary>
    public long Revision { get; internal init; }

    /// <summary>The service that has it (<see cref="TrainingModels.ScopeOf"/>).</summary>
    public required Bytes32 Scope { get; init; }

    /// <summary>The id that the service gave it.</summary>
    public required string Id { get; init; }

    /// <summary>Its owner, who alone may train, change and delete it.</summary>
    public required Address Creator { get; init; }

    /// <summary>Other users who may see it.</summary>
    public IReadOnlyList<Address> Addresses { get; init; } = [];

    /// <summary>Whether everyone may see it.</summary>
    public bool IsPublic { get; init; }

    public string Name { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>The service's method that uses it.</summary>
    public required string GrpcMethod { get; init; }

    /// <summary>The gRPC service of that method.</summary>
    public required string GrpcService { get; init; }

    /// <summary>The training data that were validated last.</summary>
    public string DataLink { get; init; } = "";

    /// <summary>The protocol's number of the status that the service reported last.</summary>
    public byte Status { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required Address UpdatedBy { get; init; }

    public bool IsDeleted => Status == Deleted;

    internal RecordKey Key => TrainingModels.KeyOf(Scope, Id);

    /// <summary>Whether the address may see it.</summary>
    public bool MayBeUsedBy(Address address) => IsPublic || address == Creator || Addresses.Contains(address);
}
