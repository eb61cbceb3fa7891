namespace Payment.Api.Accounts;

/// <summary>A row of the table <c>entries</c>.</summary>
internal sealed class Entry
{
    public required Guid Key { get; init; }

    public required string Account { get; init; }

    public required EntryKind Kind { get; init; }

    public required long Amount { get; init; }

    public required EntryStatus Status { get; set; }

    /// <summary>Whether the entry is not in the database yet.</summary>
    public bool IsNew { get; init; }

    /// <summary>Whether the status differs from the one in the database.</summary>
    public bool IsChanged { get; set; }
}
