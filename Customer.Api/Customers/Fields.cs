namespace Customer.Api.Customers;

/// <summary>Names of a customer's fields. They are the same in JSON and in MongoDB, except for the ID.</summary>
internal static class Fields
{
    /// <summary>The ID's name in MongoDB; its value is a string.</summary>
    public const string Id = "_id";

    /// <summary>The ID's name in JSON.</summary>
    public const string CustomerId = "customer_id";

    public const string Name = "name", FirstName = "first_name", LastName = "last_name", Email = "email", Phone = "phone", Status = "status",
        Country = "country", Address = "address", UserId = "user_id", Tags = "tags", Preferences = "preferences", Purchases = "purchases",
        TotalSpent = "total_spent",
        PurchaseCount = "purchase_count", LastPurchaseAt = "last_purchase_at", CreatedAt = "created_at", UpdatedAt = "updated_at";

    public const string Street = "street", City = "city", State = "state", PostalCode = "postal_code";

    public const string Product = "product", Quantity = "quantity", Price = "price", At = "at";

    /// <summary>In MongoDB only: the words for searches, see <see cref="SearchWords"/>.</summary>
    public const string Words = "words";

    /// <summary>In MongoDB only: the digest of the create request, if it had an idempotency key.</summary>
    public const string Request = "request";

    /// <summary>In MongoDB only: an ID of the version, new with every write, so that a write replaces the version that it has compared.</summary>
    public const string Revision = "revision";

    /// <summary>Valid values of a customer's status. The first is the default.</summary>
    public static readonly string[] Statuses = ["active", "inactive", "pending", "suspended"];

    /// <summary>Computed fields. A request may contain them, so that a response can be edited and sent back, but they are ignored.</summary>
    public static readonly string[] Computed = [TotalSpent, PurchaseCount, LastPurchaseAt, CreatedAt, UpdatedAt];
}
