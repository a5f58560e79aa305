using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using SnetGateway.Ethereum.Hashing;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.FunctionalTests.Adversary;

/// <summary>
/// Any chain with the escrow contract, seen through one JSON-RPC endpoint: what consumers and the provider do there, signed with keys at
/// hand. Transactions are of the oldest kind, which every chain takes.
/// </summary>
internal sealed class EscrowChain(Uri node, Address escrow) : IDisposable
{
    private const ulong GasLimit = 500_000;
    private static readonly TimeSpan s_untilMined = TimeSpan.FromMinutes(5); // a busy chain takes a few blocks

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly SemaphoreSlim _sending = new(1);
    private UInt256? _chainId;
    private UInt256? _gasPrice;

    public Address Escrow => escrow;

    public async Task<ulong> HeadAsync() => (await NumberAsync("eth_blockNumber")).ToUInt64Saturating();

    /// <summary>What an account has in the escrow, free to open channels with. Cogs.</summary>
    public Task<UInt256> BalanceAsync(Address account) => ReadAsync(escrow, "balances(address)", ContractCall.Word(account));

    /// <summary>The funds of a channel as the contract has them now. Cogs.</summary>
    public async Task<UInt256> ValueAsync(ChannelId channel) =>
        UInt256.ReadBigEndian((await CallAsync(escrow, "channels(uint256)", ContractCall.Word(channel.Value)))[160..192]);

    /// <summary>Sees to it that an account has so many cogs in the escrow, out of its own tokens where they are missing.</summary>
    public async Task DepositAsync(PrivateKey account, UInt256 cogs)
    {
        if (await BalanceAsync(account.Address) < cogs)
        {
            var token = new Address((await CallAsync(escrow, "token()"))[12..32]);
            await SendAsync(
                account, token, 0, ContractCall.Data("approve(address,uint256)", ContractCall.Word(escrow), ContractCall.Word(cogs)));
            await SendAsync(account, escrow, 0, ContractCall.Data("deposit(uint256)", ContractCall.Word(cogs)));
        }
    }

    /// <summary>Gives another account cogs in the escrow, and what its own transactions cost.</summary>
    /// <param name="from">Who gives.</param>
    /// <param name="to">Who gets.</param>
    /// <param name="cogs">How many.</param>
    /// <param name="transactions">How many transactions it shall be able to pay.</param>
    public async Task EndowAsync(PrivateKey from, Address to, UInt256 cogs, ulong transactions)
    {
        UInt256 price = await GasPriceAsync();
        await SendAsync(from, to, price.ToUInt64Saturating() * GasLimit * transactions, []);
        await SendAsync(from, escrow, 0, ContractCall.Data("transfer(address,uint256)", ContractCall.Word(to), ContractCall.Word(cogs)));
    }

    public async Task<ChannelId> OpenAsync(PrivateKey sender, Address recipient, Bytes32 group, UInt256 cogs, UInt256 expirationBlock)
    {
        JsonElement receipt = await SendAsync(sender, escrow, 0, ContractCall.Data(
            "openChannel(address,address,bytes32,uint256,uint256)",
            ContractCall.Word(sender.Address), ContractCall.Word(recipient), group.ToBytes(), ContractCall.Word(cogs),
            ContractCall.Word(expirationBlock)));

        // ChannelOpen begins with the id, which is not indexed.
        return new ChannelId(UInt256.ReadBigEndian(Bytes(receipt.GetProperty("logs")[0].GetProperty("data"))[..32]));
    }

    public Task AddFundsAsync(PrivateKey sender, ChannelId channel, UInt256 cogs) =>
        SendAsync(
            sender, escrow, 0,
            ContractCall.Data("channelAddFunds(uint256,uint256)", ContractCall.Word(channel.Value), ContractCall.Word(cogs)));

    public Task ExtendAsync(PrivateKey sender, ChannelId channel, UInt256 expirationBlock) =>
        SendAsync(
            sender, escrow, 0,
            ContractCall.Data("channelExtend(uint256,uint256)", ContractCall.Word(channel.Value), ContractCall.Word(expirationBlock)));

    /// <summary>The recipient takes a signed total. What was not signed stays in the channel, at the next nonce.</summary>
    /// <returns>The transaction, mined unless <paramref name="wait"/> is false.</returns>
    public Task<JsonElement> ClaimAsync(PrivateKey recipient, ChannelId channel, UInt256 cogs, byte[] signature, bool wait = true) =>
        SendAsync(recipient, escrow, 0, ContractCall.Data(
            "channelClaim(uint256,uint256,uint256,uint8,bytes32,bytes32,bool)",
            ContractCall.Word(channel.Value), ContractCall.Word(cogs), ContractCall.Word(cogs), ContractCall.Word(signature[64]),
            signature[..32], signature[32..64], ContractCall.Word(0)), wait);

    /// <summary>Has the chain go on by at least so many blocks, which takes transactions where none come by themselves.</summary>
    public async Task AdvanceAsync(PrivateKey account, ulong blocks)
    {
        ulong until = await HeadAsync() + blocks;
        while (await HeadAsync() < until)
        {
            await SendAsync(account, account.Address, 0, []);
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _sending.Dispose();
    }

    private async Task<JsonElement> SendAsync(PrivateKey from, Address to, UInt256 wei, byte[] data, bool wait = true)
    {
        await _sending.WaitAsync();
        try
        {
            _chainId ??= await NumberAsync("eth_chainId");
            byte[] id = ContractCall.Number(_chainId.Value);
            byte[][] content =
            [
                ContractCall.Number(await NumberAsync("eth_getTransactionCount", $"{from.Address}", "pending")),
                ContractCall.Number(await GasPriceAsync()), ContractCall.Number(GasLimit), to.ToBytes(), ContractCall.Number(wei), data,
            ];
            byte[] signature = from.SignDigest(Keccak256.Hash(ContractCall.List([.. content, id, [], []]))); // EIP-155
            UInt256 v = (_chainId.Value.ToUInt64Saturating() * 2) + 35 + signature[64] - 27UL;
            byte[] signed = ContractCall.List(
            [
                .. content, ContractCall.Number(v), ContractCall.Number(UInt256.ReadBigEndian(signature.AsSpan(..32))),
                ContractCall.Number(UInt256.ReadBigEndian(signature.AsSpan(32..64))),
            ]);
            JsonElement hash = await AskAsync("eth_sendRawTransaction", "0x" + Convert.ToHexStringLower(signed));
            return wait ? await ReceiptAsync(hash.GetString()!) : hash;
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task<JsonElement> ReceiptAsync(string hash)
    {
        JsonElement receipt = await AskAsync("eth_getTransactionReceipt", hash);
        if (receipt.ValueKind == JsonValueKind.Null)
        {
            await Eventually.TrueAsync(
                $"transaction {hash} is mined",
                async () => (receipt = await AskAsync("eth_getTransactionReceipt", hash)).ValueKind != JsonValueKind.Null, s_untilMined);
        }

        return receipt.GetProperty("status").GetString() == "0x1"
            ? receipt
            : throw new InvalidOperationException($"The contract refused transaction {hash}.");
    }

    /// <summary>Asked once: a node that learns its price from the newest blocks would learn it from these very transactions.</summary>
    private async Task<UInt256> GasPriceAsync() => _gasPrice ??= (await NumberAsync("eth_gasPrice")).ToUInt64Saturating() * 2;

    private async Task<UInt256> ReadAsync(Address contract, string signature, params byte[][] words) =>
        UInt256.ReadBigEndian(await CallAsync(contract, signature, words));

    private async Task<byte[]> CallAsync(Address contract, string signature, params byte[][] words) =>
        Bytes(await AskAsync(
            "eth_call", new { to = $"{contract}", data = "0x" + Convert.ToHexStringLower(ContractCall.Data(signature, words)) }, "latest"));

    private async Task<UInt256> NumberAsync(string method, params object[] parameters) =>
        ulong.Parse((await AskAsync(method, parameters)).GetString()!.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static byte[] Bytes(JsonElement hex) => Convert.FromHexString(hex.GetString()![2..]);

    private async Task<JsonElement> AskAsync(string method, params object[] parameters)
    {
        using HttpResponseMessage response =
            await _http.PostAsJsonAsync(node, new { jsonrpc = "2.0", id = 1, method, @params = parameters });
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return answer.TryGetProperty("result", out JsonElement result)
            ? result
            : throw new InvalidOperationException($"{method}: {answer}");
    }
}
