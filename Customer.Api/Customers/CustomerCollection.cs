using Customer.Api.Configuration;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Customers;

/// <summary>The collections of this service, over the one client of the process.</summary>
internal sealed class CustomerCollection(IMongoClient client, CustomerSettings settings)
{
    /// <summary>The database.</summary>
    public IMongoDatabase Database { get; } = client.GetDatabase(settings.DatabaseName);

    /// <summary>The customers.</summary>
    public IMongoCollection<BsonDocument> Documents { get; } =
        client.GetDatabase(settings.DatabaseName).GetCollection<BsonDocument>(settings.CollectionName);

    /// <summary>What is computed from all customers, and who computes it.</summary>
    public IMongoCollection<BsonDocument> Analytics { get; } =
        client.GetDatabase(settings.DatabaseName).GetCollection<BsonDocument>(settings.CollectionName + "_analytics");
}
