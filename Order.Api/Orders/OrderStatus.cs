namespace Order.Api.Orders;

/// <summary>The status of an order. The numbers are stored.</summary>
internal enum OrderStatus : short
{
    /// <summary>Lines may be added and removed.</summary>
    Open = 0,

    /// <summary>A saga is checking it out; its lines are frozen.</summary>
    CheckingOut = 1,

    /// <summary>Paid. This is final.</summary>
    Paid = 2,
}
