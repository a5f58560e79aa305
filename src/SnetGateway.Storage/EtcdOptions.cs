using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Storage;

/// <summary>Where etcd is, and how this gateway makes itself known to it. Used when the ledger's store is etcd.</summary>
public sealed class EtcdOptions : IValidatableObject
{
    /// <summary>
    /// Client URLs of the members, http or https, each with its port. All of them: the gateway goes on with the next when one does not answer.
    /// Required for the store etcd.
    /// </summary>
    public IList<string> Endpoints { get; set; } = [];

    /// <summary>What every key begins with, 1 to 128 letters, digits or any of -_./ so that a cluster can be shared. Default snet-gateway/.</summary>
    [RegularExpression("^[A-Za-z0-9_./-]{1,128}$", ErrorMessage = "1 to 128 letters, digits or any of -_./")]
    public string KeyPrefix { get; set; } = "snet-gateway/";

    /// <summary>The user of etcd's own authentication; empty for none. It needs reading and writing of the prefix.</summary>
    public string User { get; set; } = "";

    /// <summary>The user's password; better in an environment variable or in PasswordPath than here.</summary>
    public string Password { get; set; } = "";

    /// <summary>A file with the user's password; line ends at its end do not count.</summary>
    public string PasswordPath { get; set; } = "";

    /// <summary>PEM file with the authorities that may have signed the members' certificates. Empty: those of the system.</summary>
    public string CaPath { get; set; } = "";

    /// <summary>PEM file with the certificate that this gateway shows to etcd; empty for none. Read again for each new connection.</summary>
    public string CertificatePath { get; set; } = "";

    /// <summary>PEM file with the certificate's key. Empty: it stands in the certificate's file.</summary>
    public string KeyPath { get; set; } = "";

    /// <summary>How long a connection may take to be made, 100 ms to 1 minute, before the next member is tried. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan DialTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a connection may be silent before it is pinged, 5 s to 1 hour (etcd closes those that ping more often than every 5 s). Default 6 s.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "01:00:00")]
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>How long a ping's answer may take, 1 s to 1 minute, before the connection is given up. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>What may not stand together.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Password.Length > 0 && PasswordPath.Length > 0)
        {
            yield return new ValidationResult("a password and a file with one are given, and only one can be meant. Take one of them out", [nameof(PasswordPath)]);
        }

        if (User.Length > 0 && Password.Length == 0 && PasswordPath.Length == 0)
        {
            yield return new ValidationResult("a user is given but no password. Write it into a file, and the file's path here", [nameof(PasswordPath)]);
        }

        if (User.Length == 0 && (Password.Length > 0 || PasswordPath.Length > 0))
        {
            yield return new ValidationResult("a password is given but no user. Write the user's name, or take the password out", [nameof(User)]);
        }

        if (KeyPath.Length > 0 && CertificatePath.Length == 0)
        {
            yield return new ValidationResult("a key is given but no certificate. Name the certificate's file, or take the key out", [nameof(CertificatePath)]);
        }
    }
}
