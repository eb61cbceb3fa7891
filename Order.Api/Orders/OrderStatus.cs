namespace Order.Api.Orders;

/// <summary>Where an order stands. The numbers are stored.</summary>
internal enum OrderStatus : short
{
    /// <summary>Lines may be added and removed.</summary>
    Open = 0,

    /// <summary>A saga is checking it out; its lines are frozen.</summary>
    CheckingOut = 1,

    /// <summary>Paid, for good.</summary>
    Paid = 2,
}
