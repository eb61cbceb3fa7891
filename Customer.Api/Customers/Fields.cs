namespace Customer.Api.Customers;

/// <summary>Names of a customer's fields, in JSON and in MongoDB alike, but for the id.</summary>
internal static class Fields
{
    /// <summary>In MongoDB; a string.</summary>
    public const string Id = "_id";

    /// <summary>The same in JSON.</summary>
    public const string CustomerId = "customer_id";

    public const string Name = "name", FirstName = "first_name", LastName = "last_name", Email = "email", Phone = "phone", Status = "status",
        Country = "country", Address = "address", UserId = "user_id", Tags = "tags", Preferences = "preferences", Purchases = "purchases",
        TotalSpent = "total_spent",
        PurchaseCount = "purchase_count", LastPurchaseAt = "last_purchase_at", CreatedAt = "created_at", UpdatedAt = "updated_at";

    public const string Street = "street", City = "city", State = "state", PostalCode = "postal_code";

    public const string Product = "product", Quantity = "quantity", Price = "price", At = "at";

    /// <summary>In MongoDB alone: the words that a search finds, see <see cref="SearchWords"/>.</summary>
    public const string Words = "words";

    /// <summary>In MongoDB alone: the digest of the request under whose idempotency key the customer was made.</summary>
    public const string Request = "request";

    /// <summary>What a customer's status can be; the first one unless a request says otherwise.</summary>
    public static readonly string[] Statuses = ["active", "inactive", "pending", "suspended"];

    /// <summary>What is computed. A request may have it, so that an answer can be sent back changed; it does not count.</summary>
    public static readonly string[] Computed = [TotalSpent, PurchaseCount, LastPurchaseAt, CreatedAt, UpdatedAt];
}
