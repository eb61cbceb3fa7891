using Customer.Api.Configuration;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Customers;

/// <summary>The service's collections, accessed through the process's single client.</summary>
internal sealed class CustomerCollection(IMongoClient client, CustomerSettings settings)
{
    public IMongoDatabase Database { get; } = client.GetDatabase(settings.DatabaseName);

    public IMongoCollection<BsonDocument> Documents { get; } =
        client.GetDatabase(settings.DatabaseName).GetCollection<BsonDocument>(settings.CollectionName);

    /// <summary>The computed statistics and the lease of the replica that computes them.</summary>
    public IMongoCollection<BsonDocument> Analytics { get; } =
        client.GetDatabase(settings.DatabaseName).GetCollection<BsonDocument>(settings.CollectionName + "_analytics");
}
