using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Control.Training;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>
/// Validates models, one call after the other, paid by train-calls. Each model has another owner, because a signer may only make so many
/// requests.
/// </summary>
internal sealed class TrainConsumer(
    PrivateKey key, Address escrow, ChannelId channel, ulong block, IReadOnlyList<Uri> gateways, Random random)
    : CounterConsumer(gateways, random)
{
    private const int Price = 3; // of the sample model service
    private const int CallsOfAModel = 25;

    private readonly PaidRequests _requests = new(key, escrow, channel, block);
    private string _model = "";
    private byte[] _message = [];
    private ulong _signed;
    private int _left;

    protected override int Parallel => 1;

    public override async Task<int> CountAsync(IRecordStore ledger) => (int)(await VoucherConsumer.ChargedAsync(ledger, channel) / Price);

    protected override async Task<bool> PrepareAsync(Uri gateway, CancellationToken cancellationToken)
    {
        var owner = PrivateKey.Parse(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(PrivateKey.Size)));
        try
        {
            ModelResponse created = await new Daemon.DaemonClient(Http.ChannelTo(gateway)).create_modelAsync(
                new NewModelRequest
                {
                    Authorization = Authorize(owner, "create_model"),
                    Model = new NewModel { Name = "model", GrpcServiceName = "Echo", GrpcMethodName = "Say" },
                },
                cancellationToken: cancellationToken);
            _model = created.ModelId;
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unknown)
        {
            Tell($"create_model: {exception.Status.Detail}");
            throw new IOException(exception.Status.Detail, exception);
        }

        _message = Wire.Frame(
            new AuthValidateRequest { Authorization = Authorize(owner, "validate_model"), ModelId = _model }.ToByteArray());
        _signed = await _requests.AskSignedAsync(Http, gateway, cancellationToken);
        _left = CallsOfAModel;
        return true;
    }

    protected override (string Name, string Value)[]? Payment()
    {
        if (_left-- == 0)
        {
            return null;
        }

        _signed += Price;
        return [("snet-payment-type", "train-call"), .. _requests.Payment(_signed)[1..], ("snet-train-model-id", _model)];
    }

    protected override (string Path, byte[] Message) Request() => ("/training.Daemon/validate_model", _message);

    private AuthorizationDetails Authorize(PrivateKey owner, string method) => new()
    {
        CurrentBlock = block,
        Message = method,
        Signature = ByteString.CopyFrom(owner.SignMessage(
            [.. Encoding.UTF8.GetBytes(method), .. owner.Address.ToBytes(), .. UInt256.FromUInt64(block).ToBigEndian()])),
        SignerAddress = owner.Address.ToString(),
    };
}
