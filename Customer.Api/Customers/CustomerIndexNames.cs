using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Customers;

/// <summary>Names of the indexes on customers. LoadTest creates the same indexes under these names.</summary>
internal static class CustomerIndexNames
{
    public const string Email = "customers_email", UserId = "customers_user_id", Status = "customers_status", Country = "customers_country",
        CountryStatus = "customers_country_status", Words = "customers_words", Id = "_id_";
}
