using System.Numerics;

namespace SnetGateway.TestKit.Market;

/// <summary>A job for a paying client; tests/clients/README.md explains each field. Null values are omitted.</summary>
public sealed record ClientJob
{
    /// <summary>host:port.</summary>
    public string? Endpoint { get; init; }

    /// <summary>package.Service/Method.</summary>
    public string? Method { get; init; }

    /// <summary>Messages in protobuf's JSON form; one for a unary method.</summary>
    public IReadOnlyList<object>? Requests { get; init; }

    /// <summary>Additional metadata: a text, a list of texts, or null to remove a value that the payment has set.</summary>
    public IReadOnlyDictionary<string, object?>? Metadata { get; init; }

    /// <summary>Pays for each call.</summary>
    public ClientPayment? Payment { get; init; }

    /// <summary>Requests the state of this channel instead of calling a method.</summary>
    public ClientPayment? State { get; init; }

    /// <summary>Makes each call a free call; without a method, asks for a token and the calls that are left.</summary>
    public ClientFreeCalls? FreeCalls { get; init; }

    /// <summary>Makes each call a prepaid call; without a method, requests the token, <see cref="Calls"/> times concurrently.</summary>
    public ClientPrepaid? Prepaid { get; init; }

    /// <summary>Signs a claim instead of calling a method.</summary>
    public ClientPayment? Sign { get; init; }

    /// <summary>How many calls.</summary>
    public int Calls { get; init; } = 1;

    /// <summary>How many of them run concurrently.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Sent as grpc-timeout, in milliseconds.</summary>
    public int? DeadlineMs { get; init; }

    /// <summary>The client cancels after this many response messages.</summary>
    public int? CancelAfterMessages { get; init; }

    /// <summary>The client cancels after this many milliseconds.</summary>
    public int? CancelAfterMs { get; init; }

    /// <summary>Uses gRPC-Web: binary, text or improbable (another package) on HTTP/1.1, or http2. For the Node client only.</summary>
    public string? Web { get; init; }

    /// <summary>gzip compresses the requests.</summary>
    public string? Compression { get; init; }

    /// <summary>Prints a line as soon as a call's first message has arrived.</summary>
    public bool? AnnounceFirst { get; init; }

    /// <summary>The :authority to send, when it is not the endpoint.</summary>
    public string? Authority { get; init; }

    /// <summary>Uses TLS instead of cleartext.</summary>
    public ClientTls? Tls { get; init; }
}

/// <summary>The authorities that a client trusts.</summary>
/// <param name="CaFile">A PEM file of roots; null for the client's default.</param>
/// <param name="ServerName">The name on the certificate, when it is not the endpoint's.</param>
public sealed record ClientTls(string? CaFile = null, string? ServerName = null);

/// <summary>A channel that a client pays from. Amounts in cogs.</summary>
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

    /// <summary>The amount signed so far; for a claim, the amount to sign.</summary>
    public BigInteger? Amount { get; init; }

    /// <summary>The price of each call.</summary>
    public BigInteger? Price { get; init; }

    /// <summary>Takes nonce and amount from the state service.</summary>
    public bool? FromState { get; init; }

    /// <summary>Signs less than the price while there is credit. For the Node client only.</summary>
    public bool? UseCredit { get; init; }

    /// <summary>The block number in a request for the state.</summary>
    public ulong? Block { get; init; }

    /// <summary>The node to request the block number from instead.</summary>
    public Uri? RpcUrl { get; init; }

    /// <summary>A payment from a channel of the local chain, signed by its signer, at its current nonce with nothing signed yet.</summary>
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

/// <summary>A channel whose signed total pays prepaid calls.</summary>
public sealed record ClientPrepaid
{
    /// <summary>The signing key, as hex with 0x.</summary>
    public required string PrivateKey { get; init; }

    /// <summary>The escrow contract.</summary>
    public required string MpeAddress { get; init; }

    /// <summary>The channel.</summary>
    public required BigInteger ChannelId { get; init; }

    /// <summary>The nonce to sign.</summary>
    public required BigInteger Nonce { get; init; }

    /// <summary>The total to sign, in cogs.</summary>
    public required BigInteger Amount { get; init; }

    /// <summary>A token; null requests one.</summary>
    public string? Token { get; init; }

    /// <summary>The block number to sign.</summary>
    public ulong? Block { get; init; }

    /// <summary>The node to request the block number from instead.</summary>
    public Uri? RpcUrl { get; init; }

    /// <summary>A total of a channel of the local chain, signed by its signer.</summary>
    public static ClientPrepaid From(ChainState chain, ChainChannel channel, BigInteger amount) => new()
    {
        PrivateKey = chain.Accounts.Values.Single(account => account.Address == channel.Signer).PrivateKey,
        MpeAddress = chain.MultiPartyEscrow,
        ChannelId = channel.Id,
        Nonce = channel.Nonce,
        Amount = amount,
        RpcUrl = chain.RpcUrl,
    };
}

/// <summary>A user of free calls.</summary>
public sealed record ClientFreeCalls
{
    /// <summary>The user's key, as hex with 0x.</summary>
    public required string PrivateKey { get; init; }

    /// <summary>The user's address, in any spelling.</summary>
    public required string Address { get; init; }

    /// <summary>The organisation.</summary>
    public required string OrganizationId { get; init; }

    /// <summary>The service.</summary>
    public required string ServiceId { get; init; }

    /// <summary>The group's id, as metadata writes it.</summary>
    public required string GroupId { get; init; }

    /// <summary>A user id, which trusted signers may send.</summary>
    public string? UserId { get; init; }

    /// <summary>Blocks that the token is to last.</summary>
    public ulong? Lifetime { get; init; }

    /// <summary>A token as hex; null requests one.</summary>
    public string? Token { get; init; }

    /// <summary>The block number to sign.</summary>
    public ulong? Block { get; init; }

    /// <summary>The node to request the block number from instead.</summary>
    public Uri? RpcUrl { get; init; }

    /// <summary>An account of the local chain as a user of a service of its organisation.</summary>
    public static ClientFreeCalls From(ChainState chain, string account, string serviceId) => new()
    {
        PrivateKey = chain.Accounts[account].PrivateKey,
        Address = chain.Accounts[account].Address,
        OrganizationId = chain.OrganizationId,
        ServiceId = serviceId,
        GroupId = chain.GroupIdBase64,
        RpcUrl = chain.RpcUrl,
    };
}
