using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Telemetry;

/// <summary>Metrics and traces for monitoring systems. Metrics are also at `/metrics` on the admin listener.</summary>
public sealed class TelemetryOptions
{
    public const string Section = "SnetGateway:Telemetry";

    /// <summary>The OpenTelemetry collector that gets metrics and traces by OTLP.</summary>
    public OtlpOptions Otlp { get; set; } = new();
}

/// <summary>An OpenTelemetry collector.</summary>
public sealed class OtlpOptions
{
    internal const string Grpc = "grpc", Http = "http";

    /// <summary>
    /// URL of the collector, such as http://127.0.0.1:4317 for `grpc` or http://127.0.0.1:4318 for `http`. Unset: nothing is sent, and
    /// calls are not traced.
    /// </summary>
    [DataType("url")]
    public string? Endpoint { get; set; }

    /// <summary>How it is spoken to: `grpc`, or `http` for protobuf over HTTP. Default grpc.</summary>
    [AllowedValues(Grpc, Http)]
    public string Protocol { get; set; } = Grpc;

    /// <summary>
    /// File with the headers of each request, such as a token, as `name=value`, several separated by commas; in the values, commas and
    /// spaces are URL-encoded. Unset: none.
    /// </summary>
    [DataType("secret file")]
    public string? HeadersPath { get; set; }

    /// <summary>
    /// Share of calls that are traced, 0 to 1, where the caller has not decided it: a call that brings a `traceparent` follows that.
    /// Default 0.05.
    /// </summary>
    [Range(0.0, 1.0)]
    public double TraceRatio { get; set; } = 0.05;
}
