using System.Numerics;

namespace SnetGateway.TestKit.Market;

/// <summary>What a paying client is asked to do; tests/clients/README.md explains each field. What is null is left away.</summary>
public sealed record ClientJob
{
    /// <summary>host:port.</summary>
    public string? Endpoint { get; init; }

    /// <summary>package.Service/Method.</summary>
    public string? Method { get; init; }

    /// <summary>Messages in protobuf's JSON form; one for a unary method.</summary>
    public IReadOnlyList<object>? Requests { get; init; }

    /// <summary>Metadata put last: a text, a list of texts, or null to leave away what the payment had set.</summary>
    public IReadOnlyDictionary<string, object?>? Metadata { get; init; }

    /// <summary>Pays for each call.</summary>
    public ClientPayment? Payment { get; init; }

    /// <summary>Asks for the state of this channel instead of calling a method.</summary>
    public ClientPayment? State { get; init; }

    /// <summary>Signs a claim instead of calling a method.</summary>
    public ClientPayment? Sign { get; init; }

    /// <summary>How many calls.</summary>
    public int Calls { get; init; } = 1;

    /// <summary>How many of them at a time.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Sent as grpc-timeout, in milliseconds.</summary>
    public int? DeadlineMs { get; init; }

    /// <summary>The client leaves after so many answers.</summary>
    public int? CancelAfterMessages { get; init; }

    /// <summary>The client leaves after so many milliseconds.</summary>
    public int? CancelAfterMs { get; init; }

    /// <summary>Over gRPC-Web instead: binary, text or improbable (another package) on HTTP/1.1, or http2. Of the Node client only.</summary>
    public string? Web { get; init; }

    /// <summary>gzip compresses the requests.</summary>
    public string? Compression { get; init; }

    /// <summary>Prints a line the moment the first message of a call is there.</summary>
    public bool? AnnounceFirst { get; init; }

    /// <summary>The :authority to send, when it is not the endpoint.</summary>
    public string? Authority { get; init; }

    /// <summary>TLS instead of cleartext.</summary>
    public ClientTls? Tls { get; init; }
}

/// <summary>Whom a client trusts.</summary>
/// <param name="CaFile">A PEM file of roots; null is the stack's own.</param>
/// <param name="ServerName">The name on the certificate, when it is not the endpoint's.</param>
public sealed record ClientTls(string? CaFile = null, string? ServerName = null);

/// <summary>A channel as a client pays from it. Amounts in cogs.</summary>
public sealed record ClientPayment
{
    /// <summary>The signing key, as hex with 0x.</summary>
    public required string PrivateKey { get; init; }

    /// <summary>The escrow contract.</summary>
    public required string MpeAddress { get; init; }

    /// <summary>The channel.</summary>
    public required BigInteger ChannelId { get; init; }

    /// <summary>The channel's nonce.</summary>
    public BigInteger? Nonce { get; init; }

    /// <summary>What was signed so far; of a claim, what is signed.</summary>
    public BigInteger? Amount { get; init; }

    /// <summary>What each call adds.</summary>
    public BigInteger? Price { get; init; }

    /// <summary>Takes nonce and amount from the state service.</summary>
    public bool? FromState { get; init; }

    /// <summary>The block number in a request for the state.</summary>
    public ulong? Block { get; init; }

    /// <summary>Where to ask for the block number instead.</summary>
    public Uri? RpcUrl { get; init; }

    /// <summary>A payment from a channel of the local chain, signed by its signer, starting at its present nonce with nothing signed.</summary>
    public static ClientPayment From(ChainState chain, ChainChannel channel, BigInteger price) => new()
    {
        PrivateKey = chain.Accounts.Values.Single(account => account.Address == channel.Signer).PrivateKey,
        MpeAddress = chain.MultiPartyEscrow,
        ChannelId = channel.Id,
        Nonce = channel.Nonce,
        Amount = 0,
        Price = price,
        RpcUrl = chain.RpcUrl,
    };
}
