using System.ComponentModel.DataAnnotations;
using SnetGateway.Gateway.Configuration.Forms;

namespace SnetGateway.Gateway.Heartbeats;

/// <summary>How a service says that it works, for `/heartbeat`.</summary>
public sealed class HeartbeatOptions : IValidatableObject
{
    public const string None = "none";
    public const string Grpc = "grpc";
    public const string Http = "http";

    /// <summary>
    /// Who is asked: grpc is the gRPC health service of the instances, http is a URL, none is nobody, which the heartbeat then says. Default
    /// none.
    /// </summary>
    [AllowedValues(None, Grpc, Http)]
    public string Kind { get; set; } = None;

    /// <summary>For http: what is fetched. The service works when it answers 200 with a body that is not empty.</summary>
    [HttpUrlForm]
    public string? Url { get; set; }

    /// <summary>For grpc: the name that the health service is asked for. Default empty, the whole server.</summary>
    public string HealthName { get; set; } = "";

    /// <summary>How long an answer may take, 100 ms to 1 minute. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Kind == Http && string.IsNullOrEmpty(Url))
        {
            yield return new ValidationResult("the URL of the heartbeat is missing. Write what is asked, as http://127.0.0.1:7002/health", [nameof(Url)]);
        }
        else if (Kind != Http && !string.IsNullOrEmpty(Url))
        {
            yield return new ValidationResult($"a URL is given, and only the kind {Http} asks one. Take it out, or write {Http} into Kind", [nameof(Url)]);
        }

        if (Kind != Grpc && HealthName.Length > 0)
        {
            yield return new ValidationResult($"a name is given, and only the kind {Grpc} asks for one. Take it out, or write {Grpc} into Kind", [nameof(HealthName)]);
        }
    }
}
