namespace Payment.Api.Accounts;

/// <summary>An account's row.</summary>
internal sealed class Account
{
    public required string Id { get; init; }

    public long Balance { get; set; }

    public long Funded { get; set; }

    public long Captured { get; set; }

    public long Refunded { get; set; }

    public bool IsChanged { get; set; }

    /// <summary>Not yet in the database.</summary>
    public bool IsNew { get; init; }
}
