namespace SnetGateway.Gateway.Validation;

/// <summary>
/// A change of this key, or of any key below it, takes effect while the gateway runs. A reload hands only such keys to the host; every
/// other key keeps its value of startup, so that code which reads it later sees the same value as code which read it at startup.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class LiveAttribute : Attribute;
