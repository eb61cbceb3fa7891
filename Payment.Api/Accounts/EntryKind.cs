namespace Payment.Api.Accounts;

/// <summary>Kinds of movements. The numbers are stored.</summary>
internal enum EntryKind : short
{
    /// <summary>add_funds: money comes into the account from outside.</summary>
    Fund = 1,

    /// <summary>pay: the user takes money out of the account.</summary>
    Pay = 2,

    /// <summary>The charge of a checkout.</summary>
    Charge = 3,

    /// <summary>create_user: opens an account; no money moves.</summary>
    Open = 4,
}
