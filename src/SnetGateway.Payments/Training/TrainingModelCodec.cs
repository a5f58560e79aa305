using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Training;

/// <summary>
/// The bytes of a model's record, format 1. The format number is the first byte of the value, and a reader refuses one that it does not
/// know. The bytes of format 1 are kept in a test and stay readable.
/// </summary>
internal static class TrainingModelCodec
{
    public const byte Format = 1;

    /// <summary>Most bytes of one text; a request is smaller.</summary>
    private const int MaxText = 4096;

    private const int Texts = 6;
    private const int MaxOthers = 256;

    public static byte[] Write(TrainingModel model)
    {
        byte[] value = new byte[MaxOthers + (Texts * MaxText) + (model.Addresses.Count * Address.Size)];
        var writer = new ByteWriter(value);
        writer.Byte(Format);
        writer.Bytes32(model.Scope);
        writer.Text(model.Id, MaxText);
        writer.Address(model.Creator);
        writer.Byte(checked((byte)model.Addresses.Count));
        foreach (Address address in model.Addresses)
        {
            writer.Address(address);
        }

        writer.Byte(model.IsPublic ? (byte)1 : (byte)0);
        writer.Text(model.Name, MaxText);
        writer.Text(model.Description, MaxText);
        writer.Text(model.GrpcMethod, MaxText);
        writer.Text(model.GrpcService, MaxText);
        writer.Text(model.DataLink, MaxText);
        writer.Byte(model.Status);
        writer.UInt64((ulong)model.CreatedAt.ToUnixTimeMilliseconds());
        writer.UInt64((ulong)model.UpdatedAt.ToUnixTimeMilliseconds());
        writer.Address(model.UpdatedBy);
        return value[..writer.Length];
    }

    /// <summary>Reads a record. Throws <see cref="LedgerFormatException"/>.</summary>
    public static TrainingModel Read(StoredRecord stored)
    {
        var reader = new ByteReader(stored.Value);
        if (reader.Byte() is var format && format != Format)
        {
            throw new LedgerFormatException($"record {stored.Key} has format {format}; this version reads format {Format}");
        }

        Bytes32 scope = reader.Bytes32();
        string id = reader.Text();
        Address creator = reader.Address();
        var addresses = new Address[reader.Byte()];
        for (int i = 0; i < addresses.Length; i++)
        {
            addresses[i] = reader.Address();
        }

        byte isPublic = reader.Byte();
        var model = new TrainingModel
        {
            Revision = stored.Revision,
            Scope = scope,
            Id = id,
            Creator = creator,
            Addresses = addresses,
            IsPublic = isPublic == 1,
            Name = reader.Text(),
            Description = reader.Text(),
            GrpcMethod = reader.Text(),
            GrpcService = reader.Text(),
            DataLink = reader.Text(),
            Status = reader.Byte(),
            CreatedAt = reader.Moment(),
            UpdatedAt = reader.Moment(),
            UpdatedBy = reader.Address(),
        };
        return isPublic > 1 || !reader.AtEnd ? throw new LedgerFormatException($"record {stored.Key} is damaged")
            : model.Key != stored.Key ? throw new LedgerFormatException($"record {stored.Key} is of another key")
            : model;
    }
}
