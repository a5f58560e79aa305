using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Hex.HexConvertors.Extensions;

namespace SnetGateway.Ethereum.Abi;

/// <summary>Encodes calls of contracts.</summary>
internal static class CallData
{
    /// <summary>The bytes of a call whose type has the function's attributes.</summary>
    public static byte[] Encode<T>(T call)
        where T : class =>
        new FunctionCallEncoder()
            .EncodeRequest(call, new AttributesToABIExtractor().ExtractFunctionABI(typeof(T)).Sha3Signature)
            .HexToByteArray();
}
