using System.Text.Json;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>
/// The payment addresses of groups as they were first seen, or as the operator has confirmed them. A holder of the organisation's key can
/// change metadata, so a changed address counts only when the operator has confirmed it.
/// </summary>
internal sealed class Payees(string folder)
{
    private const string FileName = "payees.json";

    private readonly string _file = Path.Combine(folder, FileName);
    private readonly Dictionary<string, Address> _seen = new(StringComparer.Ordinal);

    /// <summary>Finds the address of a group in the ledger; null without a ledger.</summary>
    public Func<string, string, Address?>? InLedger { get; set; }

    /// <summary>
    /// The address of a group: as the operator has confirmed it here, or as the ledger has it, or as the file or this process has seen it
    /// first. Where the file cannot be written, a change is held all the same. Null before it was seen.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public Address? Find(string organizationId, string groupName)
    {
        string key = Key(organizationId, groupName);
        Address? inFile = Read().TryGetValue(key, out Entry? entry) ? AddressOf(entry) : null;
        return entry?.IsConfirmed == true ? inFile
            : InLedger?.Invoke(organizationId, groupName) ?? inFile ?? (_seen.TryGetValue(key, out Address seen) ? seen : null);
    }

    /// <summary>Whether the operator has confirmed an address here.</summary>
    /// <inheritdoc cref="Find"/>
    public bool IsConfirmed(GroupPayee payee) =>
        Read().TryGetValue(Key(payee.OrganizationId, payee.GroupName), out Entry? entry) && entry is { IsConfirmed: true }
            && AddressOf(entry) == payee.Payee;

    /// <summary>Remembers the addresses in force, and writes those that the file does not have.</summary>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read or written.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public void Note(IReadOnlyList<GroupPayee> inForce)
    {
        foreach (GroupPayee one in inForce)
        {
            _seen[Key(one.OrganizationId, one.GroupName)] = one.Payee;
        }

        foreach (GroupPayee one in inForce.Where(one => !WasSeen(one)))
        {
            Set(one, isConfirmed: false);
        }
    }

    /// <summary>Whether the file has an address.</summary>
    /// <inheritdoc cref="Find"/>
    public bool WasSeen(GroupPayee payee) =>
        Read().TryGetValue(Key(payee.OrganizationId, payee.GroupName), out Entry? entry) && AddressOf(entry) == payee.Payee;

    /// <summary>Replaces the address of a group.</summary>
    /// <param name="payee">The address.</param>
    /// <param name="isConfirmed">Whether the operator confirms it here, against what the ledger has.</param>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read or written.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public void Set(GroupPayee payee, bool isConfirmed)
    {
        Dictionary<string, Entry> known = Read();
        known[Key(payee.OrganizationId, payee.GroupName)] = new Entry(payee.Payee.ToString(), isConfirmed);
        Write(known);
    }

    /// <summary>Ids may contain any character but a line feed.</summary>
    private static string Key(string organizationId, string groupName) => $"{organizationId}\n{groupName}";

    private Dictionary<string, Entry> Read()
    {
        try
        {
            return File.Exists(_file)
                ? JsonSerializer.Deserialize<Dictionary<string, Entry>>(File.ReadAllBytes(_file)) ?? throw Damaged(null)
                : new Dictionary<string, Entry>(StringComparer.Ordinal);
        }
        catch (JsonException e)
        {
            throw Damaged(e);
        }
    }

    private void Write(Dictionary<string, Entry> known)
    {
        Directory.CreateDirectory(folder);
        WholeFile.Write(_file, JsonSerializer.SerializeToUtf8Bytes(known));
    }

    private Address AddressOf(Entry? entry) =>
        Address.TryParse(entry?.Address, out Address address) && !address.IsZero ? address : throw Damaged(null);

    /// <summary>A damaged file is not taken for an empty one: any payee would then count as the first.</summary>
    private InvalidDataException Damaged(Exception? inner) =>
        new($"the file {_file} with the confirmed payment addresses is damaged: restore it, or remove it and confirm them again", inner);

    private sealed record Entry(string? Address, bool IsConfirmed);
}
