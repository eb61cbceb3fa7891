namespace Payment.Api.Accounts;

/// <summary>A row of the table <c>accounts</c>.</summary>
internal sealed class Account
{
    public required string Id { get; init; }

    public long Balance { get; set; }

    public long Funded { get; set; }

    public long Captured { get; set; }

    public long Refunded { get; set; }

    public bool IsChanged { get; set; }

    /// <summary>Whether the account is not in the database yet.</summary>
    public bool IsNew { get; init; }
}
