namespace Payment.Api.Accounts;

/// <summary>What moves money. The numbers are stored.</summary>
internal enum EntryKind : short
{
    /// <summary>add_funds: into the account from outside.</summary>
    Fund = 1,

    /// <summary>pay: out of the account at the user's word.</summary>
    Pay = 2,

    /// <summary>The charge of a checkout.</summary>
    Charge = 3,

    /// <summary>create_user: a new account; moves nothing.</summary>
    Open = 4,
}
