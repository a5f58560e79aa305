using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Storage;

/// <summary>The etcd cluster, and how this gateway authenticates to it. Used when the ledger's store is etcd.</summary>
public sealed class EtcdOptions
{
    /// <summary>
    /// Client URLs of all members, http or https, each with its port. The gateway uses the next one when one does not respond. Required for
    /// the store etcd.
    /// </summary>
    [DataType("url")]
    public IList<string> Endpoints { get; set; } = [];

    /// <summary>
    /// Prefix of every key, 1 to 128 letters, digits or any of -_./ so that the cluster can be shared with other programs. Default
    /// snet-gateway/.
    /// </summary>
    [RegularExpression("^[A-Za-z0-9_./-]{1,128}$", ErrorMessage = "1 to 128 letters, digits or any of -_./")]
    public string KeyPrefix { get; set; } = "snet-gateway/";

    /// <summary>User of etcd's own authentication; it needs read and write permission for the prefix. Empty: no authentication.</summary>
    public string User { get; set; } = "";

    /// <summary>Password of the user. Prefer PasswordPath, or an environment variable.</summary>
    [DataType(DataType.Password)]
    public string Password { get; set; } = "";

    /// <summary>File with the password of the user. Line breaks at its end are ignored.</summary>
    [DataType("file")]
    public string PasswordPath { get; set; } = "";

    /// <summary>PEM file with the certificate authorities of the members' certificates. Empty: the authorities of the system.</summary>
    [DataType("file")]
    public string CaPath { get; set; } = "";

    /// <summary>PEM file with this gateway's client certificate. Empty: none. Read again for each new connection.</summary>
    [DataType("file")]
    public string CertificatePath { get; set; } = "";

    /// <summary>PEM file with the private key of the client certificate. Empty: the key is in the certificate's file.</summary>
    [DataType("file")]
    public string KeyPath { get; set; } = "";

    /// <summary>
    /// Time to open a connection before the next member is tried. Not a setting: several attempts must fit into
    /// <see cref="LedgerOptions.CommitTimeout"/>.
    /// </summary>
    internal TimeSpan DialTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Time after which a silent connection is pinged. Not a setting: etcd closes connections that ping more often than every 5 s, and a
    /// later ping only delays the change to another member.
    /// </summary>
    internal TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>
    /// Time that a ping may take before its connection is closed. Not a setting: a ping takes milliseconds between healthy members.
    /// </summary>
    internal TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(2);
}
