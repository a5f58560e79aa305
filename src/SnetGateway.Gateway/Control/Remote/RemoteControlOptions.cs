using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Control.Remote;

/// <summary>
/// Remote control by the operator's signature, as the reference daemon has it: `configuration_service.ConfigurationService`.
/// </summary>
public sealed class RemoteControlOptions
{
    public const string Section = "SnetGateway:RemoteControl";

    /// <summary>
    /// Addresses whose signatures may read the configuration, without its secrets, and pause and resume all services, on the listener for
    /// consumers. Empty: the service is not offered.
    /// </summary>
    [DataType("address")]
    public string[] OperatorAddresses { get; set; } = [];
}
