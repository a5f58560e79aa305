using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Telemetry;

/// <summary>The headers of the collector can be read. No message repeats them.</summary>
internal static class TelemetryRules
{
    public static void Check(TelemetryOptions options, ErrorList errors)
    {
        const string Section = $"{TelemetryOptions.Section}:{nameof(TelemetryOptions.Otlp)}";
        const string Headers = $"{Section}:{nameof(OtlpOptions.HeadersPath)}";
        OtlpOptions otlp = options.Otlp;
        new KeyRules(Section, errors).Requires(otlp.HeadersPath, otlp.Endpoint);
        bool isInvalid = !string.IsNullOrEmpty(otlp.HeadersPath) && !errors.Covers(Headers)
            && !File.ReadAllText(otlp.HeadersPath).Trim().Split(',').All(header => header.IndexOf('=', StringComparison.Ordinal) > 0);
        errors.Check(Headers, (isInvalid, "the file does not hold headers as `name=value`", "Separate several by commas"));
    }
}
