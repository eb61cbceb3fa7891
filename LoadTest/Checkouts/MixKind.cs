namespace LoadTest.Checkouts;

/// <summary>The kinds of requests of a mix.</summary>
internal enum MixKind
{
    FindItem,
    FindOrder,
    FindUser,
    CreateOrder,
    AddItem,
    AddFunds,
    AddStock,
    Checkout,
}
