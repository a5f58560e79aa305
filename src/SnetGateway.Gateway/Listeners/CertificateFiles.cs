using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Hosting;

namespace SnetGateway.Gateway.Listeners;

/// <summary>
/// The certificates that files hold. Every second the files are read, and changed ones are put in use. It polls: notifications miss files
/// that are mounted or linked.
/// </summary>
internal sealed class CertificateFiles(
    IOptions<ListenerOptions> listeners, ServerCertificates certificates, CommonTimer timers, ILogger<CertificateFiles> logger)
    : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly PemPair[] _pairs =
    [
        .. listeners.Value.Public.CertificateFiles.Select((file, place) => new PemPair(place, file.CertificatePath, file.KeyPath)),
    ];

    /// <summary>Reads all files, at startup.</summary>
    /// <exception cref="CryptographicException">A file contains no certificate, or no matching key.</exception>
    public void Load()
    {
        foreach (PemPair pair in _pairs)
        {
            pair.Read();
            Put(pair);
        }
    }

    /// <summary>
    /// Reads each pair of files once. A changed pair is used when two reads saw the same content: the first may have seen files of which
    /// only one is replaced, or half a file.
    /// </summary>
    internal void ReadChanges()
    {
        foreach (PemPair pair in _pairs)
        {
            try
            {
                if (pair.Read())
                {
                    Put(pair);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
            {
                if (pair.IsNewFailure())
                {
                    CertificateLog.Refused(logger, pair.CertificatePath, exception.Message);
                }
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = timers.Every(s_interval, mayBlock: true);
        while (_pairs.Length > 0 && await timer.WaitForNextTickAsync(stoppingToken))
        {
            ReadChanges();
        }
    }

    private void Put(PemPair pair)
    {
        var certificate = TlsCertificate.Read(pair.Certificate, pair.Key);
        pair.Accept();
        certificates.Put(pair.Place, certificate);
        string names = string.Join(", ", certificate.Names);
        CertificateLog.InUse(logger, names, pair.CertificatePath, certificate.NotAfter);
    }

    /// <summary>The two files of a certificate, as they were read last.</summary>
    private sealed class PemPair(int place, string certificatePath, string? keyPath)
    {
        private string _seen = "";
        private string _accepted = "";
        private string _failed = "";

        public int Place => place;

        public string CertificatePath => certificatePath;

        public string Certificate { get; private set; } = "";

        public string Key { get; private set; } = "";

        /// <summary>True when this read and the one before saw the same change.</summary>
        public bool Read()
        {
            string before = _seen;
            _seen = "unreadable";
            Certificate = File.ReadAllText(certificatePath);
            Key = string.IsNullOrEmpty(keyPath) ? Certificate : File.ReadAllText(keyPath);
            _seen = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{Certificate}\n{Key}")));
            return _seen == before && _seen != _accepted && _seen != _failed;
        }

        public void Accept() => (_accepted, _failed) = (_seen, "");

        public bool IsNewFailure()
        {
            bool isNew = _failed != _seen;
            _failed = _seen;
            return isNew;
        }
    }
}
