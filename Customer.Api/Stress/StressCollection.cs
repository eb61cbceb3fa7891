using Customer.Api.Configuration;
using Customer.Api.Customers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Stress;

/// <summary>
/// The documents of the stress endpoints. They have a separate collection, so that they do not show up in lists or statistics of customers. MongoDB deletes
/// them after <see cref="Lifetime"/>.
/// </summary>
internal sealed class StressCollection(CustomerSettings settings, TimeProvider time)
{
    /// <summary>How long a document is kept. MongoDB deletes expired ones once a minute.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private const string IndexName = "stress_expiry", MadeAt = "made_at", Data = "data";

    public string Name { get; } = settings.CollectionName + "_stress";

    /// <summary>Returns the collection and creates the index that makes its documents expire.</summary>
    public async Task<IMongoCollection<BsonDocument>> OpenAsync(IMongoDatabase database, CancellationToken cancellationToken)
    {
        var documents = database.GetCollection<BsonDocument>(Name);
        var options = new CreateIndexOptions { Name = IndexName, ExpireAfter = Lifetime };
        await documents.Indexes.CreateOneAsync(
            new CreateIndexModel<BsonDocument>(new BsonDocument(MadeAt, 1), options), cancellationToken: cancellationToken);
        return documents;
    }

    /// <summary>Creates a random document similar to a customer.</summary>
    /// <param name="bytes">BSON size in bytes, at least 512.</param>
    public BsonDocument NewDocument(int bytes)
    {
        var (id, random) = (ObjectId.GenerateNewId(), Random.Shared);
        var document = new BsonDocument
        {
            { Fields.Id, id }, { MadeAt, time.GetUtcNow().UtcDateTime }, { Fields.Name, $"Stress {id}" }, { Fields.Email, $"stress-{id}@example.com" },
            { Fields.Status, Fields.Statuses[random.Next(Fields.Statuses.Length)] }, { Fields.Country, Countries.Random(random) },
            { Fields.TotalSpent, random.NextInt64(100_000) }, { Data, "" },
        };
        document[Data] = Text(bytes - document.ToBson().Length, random);
        return document;
    }

    // Random, so that the database cannot compress it.
    private static string Text(int length, Random random)
    {
        var bytes = new byte[(length / 4 * 3) + 3];
        random.NextBytes(bytes);
        return Convert.ToBase64String(bytes)[..length];
    }
}
