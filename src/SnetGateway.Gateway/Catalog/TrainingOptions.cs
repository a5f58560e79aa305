using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Catalog;

/// <summary>Training of models by a service's users (docs/protocol/training.md).</summary>
public sealed class TrainingOptions
{
    /// <summary>
    /// Where the service implements `training.Model`: http or https, host and port, and a path before the method's if there is one. Unset:
    /// no training.
    /// </summary>
    [DataType("url")]
    public string? Address { get; set; }

    /// <summary>
    /// Models of the service, 1 to 1,000,000, deleted ones included, because an id is not used twice. The gateway keeps all of them in
    /// memory. Default 10,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxModels { get; set; } = 10_000;

    /// <summary>Models that one user has at the same time, 1 to 10,000. Default 100.</summary>
    [Range(1, 10_000)]
    public int MaxModelsPerUser { get; set; } = 100;

    /// <summary>Size of the training data in one upload in bytes, 1 to 1,099,511,627,776. Default 1 GiB.</summary>
    [Range(1, 1_099_511_627_776)]
    public long MaxUploadBytes { get; set; } = 1024 * 1024 * 1024;

    /// <summary>Time that an upload may take until its last message, 1 s to 1 day. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan UploadTimeout { get; set; } = TimeSpan.FromHours(1);
}
