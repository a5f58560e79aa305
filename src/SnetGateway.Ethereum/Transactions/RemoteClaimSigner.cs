using System.Text.Json;
using System.Text.Json.Nodes;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Transactions;

/// <summary>
/// Has transactions signed by a service that holds the key, by `eth_signTransaction` (as Web3Signer and nodes have it). Of the response
/// only the signature is used, and only if it is the payee's over exactly this transaction.
/// </summary>
public sealed class RemoteClaimSigner : IClaimSigner, IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    private readonly TransactionBytes _bytes;
    private readonly HttpMessageInvoker _http;
    private readonly JsonRpcEndpoint _service;

    /// <param name="url">The service. A user name and password in it are sent as HTTP Basic authentication.</param>
    /// <param name="address">The payee.</param>
    /// <param name="chainId">The chain.</param>
    /// <param name="escrow">The escrow contract.</param>
    /// <param name="time">The clock.</param>
    public RemoteClaimSigner(Uri url, Address address, ulong chainId, Address escrow, TimeProvider time)
    {
        Address = address;
        _bytes = new TransactionBytes(chainId, escrow, address);
        _http = new HttpMessageInvoker(EthereumClient.CreateHandler(s_timeout));
        _service = new JsonRpcEndpoint(url, 0, _http, s_timeout, time);
    }

    /// <inheritdoc/>
    public Address Address { get; }

    /// <inheritdoc/>
    public async ValueTask<SignedTransaction> SignAsync(ClaimTransaction transaction, CancellationToken cancellationToken)
    {
        var request = new JsonObject
        {
            ["from"] = Address.ToString(),
            ["to"] = _bytes.DestinationOf(transaction).ToString(),
            ["gas"] = HexText.Quantity(transaction.GasLimit),
            ["maxFeePerGas"] = HexText.Quantity(transaction.Fees.MaxFee),
            ["maxPriorityFeePerGas"] = HexText.Quantity(transaction.Fees.Tip),
            ["value"] = "0x0",
            ["nonce"] = HexText.Quantity(transaction.AccountNonce),
            ["data"] = HexText.Data(TransactionBytes.DataOf(transaction)),
            ["chainId"] = HexText.Quantity(_bytes.ChainId),
            ["type"] = "0x2",
        };
        JsonElement result;
        try
        {
            result = await _service.RequestAsync("eth_signTransaction", [request], cancellationToken);
        }
        catch (Exception exception) when (exception is EndpointException or JsonRpcErrorException)
        {
            throw new ClaimChainException($"the signer of {Address} does not sign: {exception.Message}", exception);
        }

        return Read(result, transaction)
            ?? throw new ClaimChainException($"the signer of {Address} returned something else than this transaction with its signature");
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Web3Signer returns the bytes, nodes an object that has them.</summary>
    private SignedTransaction? Read(JsonElement result, ClaimTransaction transaction)
    {
        JsonElement raw = result.ValueKind == JsonValueKind.Object && result.TryGetProperty("raw", out JsonElement field) ? field : result;
        if (!HexText.TryReadData(raw, out byte[] bytes))
        {
            return null;
        }

        // The signature is the end of the bytes. Of the two possible v only one gives the same bytes again.
        foreach (byte v in (byte[])[27, 28])
        {
            if (SignatureAtEnd(bytes, v) is { } signature && _bytes.IsSigned(transaction, signature)
                && _bytes.Sign(transaction, signature) is var signed && signed.Raw.Span.SequenceEqual(bytes))
            {
                return signed;
            }
        }

        return null;
    }

    /// <summary>r and s are the last two elements, each of up to 32 bytes behind its length.</summary>
    private static byte[]? SignatureAtEnd(byte[] raw, byte v)
    {
        byte[] signature = new byte[65];
        signature[64] = v;
        int end = raw.Length;
        foreach (int offset in (int[])[32, 0])
        {
            int length = 32;
            while (length > 0 && (end - length < 1 || raw[end - length - 1] != 0x80 + length))
            {
                length--;
            }

            if (length == 0)
            {
                return null;
            }

            raw.AsSpan(end - length, length).CopyTo(signature.AsSpan(offset + 32 - length));
            end -= length + 1;
        }

        return signature;
    }
}
