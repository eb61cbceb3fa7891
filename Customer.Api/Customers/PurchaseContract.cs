using System.ComponentModel;

namespace Customer.Api.Customers;

internal sealed record PurchaseContract(
    string Product,
    [property: Description("1 to 100,000.")] long Quantity,
    [property: Description("Of one piece, 1 to 1,000,000,000.")] long Price,
    [property: Description("Now, unless it is given.")] DateTime? At);
