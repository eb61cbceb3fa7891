using MongoDB.Driver;

namespace Customer.Api.Configuration;

/// <summary>Distinguishes MongoDB outages from errors in this service.</summary>
internal static class ClientFailures
{
    /// <summary>Error code of a write that another one got in the way of. Nothing was written, and a retry can succeed.</summary>
    public const int WriteConflict = 112;

    /// <summary>Error codes for temporary failures: shutdown, no primary, time limit exceeded, disk full, write concern timeout.</summary>
    private static readonly HashSet<int> NotNow = [6, 7, 50, 64, 89, 91, WriteConflict, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 14031];

    /// <summary>Whether MongoDB is unavailable or overloaded, so that the response is 503 and a retry makes sense.</summary>
    public static bool IsUnavailable(MongoException exception) => exception switch
    {
        MongoAuthenticationException => true, // the password is being changed, or the server is starting
        MongoConnectionException or MongoNotPrimaryException or MongoNodeIsRecoveringException or MongoExecutionTimeoutException => true,
        MongoWaitQueueFullException or MongoConnectionPoolPausedException => true,
        MongoCommandException command => NotNow.Contains(command.Code),
        MongoWriteException write => write.WriteConcernError is not null || (write.WriteError is { } error && NotNow.Contains(error.Code)),
        MongoBulkWriteException => true, // part of the batch may be stored
        _ => false,
    };
}
