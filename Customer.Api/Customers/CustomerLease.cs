using Customer.Api.Configuration;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Customers;

/// <summary>Leases by which one replica at a time does work in the background.</summary>
internal sealed class CustomerLease(CustomerCollection customers, CustomerSettings settings, TimeProvider time)
{
    /// <summary>How long a replica that dies keeps the others from the work. Longer than a page of customers takes.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Takes or renews a lease. A lease only saves work: if the clocks of two replicas differ, both may do the same work at the same time. A lease that expires
    /// later than any lease can was set by another clock and is ignored.
    /// </summary>
    /// <param name="id">The ID of the lease's document.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>False if another replica has the lease.</returns>
    public async Task<bool> TryTakeAsync(string id, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var free = new BsonDocument
        {
            { Fields.Id, id },
            {
                "$or", new BsonArray
                {
                    new BsonDocument("owner", settings.InstanceId),
                    new BsonDocument("until", new BsonDocument("$lt", now)),
                    new BsonDocument("until", new BsonDocument("$gt", now + (2 * LeaseTime))),
                }
            },
        };
        var mine = new BsonDocument("$set", new BsonDocument { { "owner", settings.InstanceId }, { "until", now + LeaseTime } });
        try
        {
            await customers.Analytics.UpdateOneAsync(free, mine, new UpdateOptions { IsUpsert = true }, cancellationToken);
            return true;
        }
        catch (MongoWriteException e) when (e.WriteError?.Category == ServerErrorCategory.DuplicateKey)
        {
            return false; // the lease exists but did not match, so another replica has it
        }
    }
}
