namespace Payment.Api.Accounts;

/// <summary>An entry's row.</summary>
internal sealed class Entry
{
    public required Guid Key { get; init; }

    public required string Account { get; init; }

    public required EntryKind Kind { get; init; }

    public required long Amount { get; init; }

    public required EntryStatus Status { get; set; }

    /// <summary>Not yet in the database.</summary>
    public bool IsNew { get; init; }

    /// <summary>In the database with another status.</summary>
    public bool IsChanged { get; set; }
}
