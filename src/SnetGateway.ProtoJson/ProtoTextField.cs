using System.Text.Unicode;
using Google.Protobuf;

namespace SnetGateway.ProtoJson;

/// <summary>A field of a message that holds one text or one sequence of bytes.</summary>
public sealed class ProtoTextField
{
    private readonly uint _tag;

    internal ProtoTextField(int number, bool isBytes)
    {
        _tag = WireFormat.MakeTag(number, WireFormat.WireType.LengthDelimited);
        IsBytes = isBytes;
    }

    /// <summary>Whether it holds bytes. Otherwise it holds text, which is UTF-8.</summary>
    public bool IsBytes { get; }

    /// <summary>The content of the field in a valid message; empty when the field is not set.</summary>
    /// <exception cref="InvalidProtocolBufferException">It is not a valid message.</exception>
    public byte[] Read(ReadOnlySpan<byte> message)
    {
        var input = new CodedInputStream(message.ToArray());
        ByteString content = ByteString.Empty;
        while (input.ReadTag() is var tag and not 0)
        {
            if (tag == _tag)
            {
                content = input.ReadBytes();
            }
            else
            {
                input.SkipLastField();
            }
        }

        return content.ToByteArray();
    }

    /// <summary>A message whose only field is this one; null when the content is not valid for it.</summary>
    public byte[]? Write(ReadOnlySpan<byte> content)
    {
        if (!IsBytes && !Utf8.IsValid(content))
        {
            return null;
        }

        if (content.IsEmpty)
        {
            return [];
        }

        byte[] message =
            new byte[CodedOutputStream.ComputeUInt32Size(_tag) + CodedOutputStream.ComputeLengthSize(content.Length) + content.Length];
        var output = new CodedOutputStream(message);
        output.WriteTag(_tag);
        output.WriteLength(content.Length);
        output.Flush();
        content.CopyTo(message.AsSpan(message.Length - content.Length));
        return message;
    }
}
