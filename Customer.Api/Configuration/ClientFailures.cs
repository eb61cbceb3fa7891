using MongoDB.Driver;

namespace Customer.Api.Configuration;

/// <summary>Tells trouble with MongoDB from a fault of this service.</summary>
internal static class ClientFailures
{
    /// <summary>Codes of the server for "not now": shut down, no primary, over its time, out of disk, no write concern in time.</summary>
    private static readonly HashSet<int> NotNow = [6, 7, 50, 64, 89, 91, 112, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 14031];

    /// <summary>Whether MongoDB is away or overloaded, so that the answer is 503 and asking again is right.</summary>
    public static bool IsUnavailable(MongoException exception) => exception switch
    {
        MongoAuthenticationException => true, // a password that is being changed, or a server that starts
        MongoConnectionException or MongoNotPrimaryException or MongoNodeIsRecoveringException or MongoExecutionTimeoutException => true,
        MongoWaitQueueFullException or MongoConnectionPoolPausedException => true,
        MongoCommandException command => NotNow.Contains(command.Code),
        MongoWriteException write => write.WriteConcernError is not null || (write.WriteError is { } error && NotNow.Contains(error.Code)),
        MongoBulkWriteException => true, // of a batch some may be stored
        _ => false,
    };
}
