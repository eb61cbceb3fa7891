using System.Diagnostics;
using MongoDB.Bson;
using MongoDB.Driver;
using Spectre.Console;

namespace LoadTest.Customers;

/// <summary>Customer.Api's indexes, with the same names. Created after a load, they take a third of the time that they take during it.</summary>
internal sealed class CustomerIndexSet(IMongoCollection<RawBsonDocument> customers, IAnsiConsole output, CancellationToken cancellationToken)
{
    internal static IReadOnlyList<(string Name, string[] Fields, bool IsUnique, bool IsSparse)> Indexes { get; } =
    [
        ("customers_email", ["email"], true, false),
        ("customers_user_id", ["user_id"], true, true),
        ("customers_status", ["status", "_id"], false, false),
        ("customers_country", ["country", "_id"], false, false),
        ("customers_country_status", ["country", "status", "_id"], false, false),
        ("customers_words", ["words"], false, false),
    ];

    /// <summary>Drops the indexes that only make lists fast. Unique ones stay, because a running Customer.Api depends on them.</summary>
    public async Task DropAsync()
    {
        using var cursor = await customers.Indexes.ListAsync(cancellationToken);
        var there = (await cursor.ToListAsync(cancellationToken)).Select(static index => index["name"].AsString).ToHashSet();
        foreach (var (name, _, isUnique, _) in Indexes)
        {
            if (isUnique || !there.Contains(name)) continue;
            await customers.Indexes.DropOneAsync(name, cancellationToken);
            output.WriteLine($"dropped    index {name}");
        }
    }

    public async Task MakeAsync()
    {
        foreach (var (name, fields, isUnique, isSparse) in Indexes)
        {
            var keys = new BsonDocument(fields.Select(static field => new BsonElement(field, 1)));
            var started = Stopwatch.GetTimestamp();
            await customers.Indexes.CreateOneAsync(
                new CreateIndexModel<RawBsonDocument>(keys, new CreateIndexOptions { Name = name, Unique = isUnique, Sparse = isSparse }),
                cancellationToken: cancellationToken);
            output.WriteLine($"index      {name,-26} {Stopwatch.GetElapsedTime(started).TotalSeconds,7:N1} s");
        }
    }
}
