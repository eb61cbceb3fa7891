using System.CommandLine;
using System.Globalization;

namespace LoadTest.Customers;

internal sealed record CustomersOptions
{
    public const long CountMax = 1_000_000_000;

    private const long SizeBytesMax = 1L << 40;
    private const int ParallelMax = 64;

    /// <summary>The final size of the documents in bytes; 0 if a count is given.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>The final number of customers; 0 if a size is given.</summary>
    public required long Count { get; init; }

    public required long Seed { get; init; }
    public required int Parallel { get; init; }
    public required string? Connection { get; init; }
    public required string? Database { get; init; }
    public required string Collection { get; init; }

    /// <summary>Whether to drop the indexes of lists even if the collection has customers; otherwise only if it is empty.</summary>
    public required bool DropsIndexes { get; init; }

    public static Command Command(Func<CustomersOptions, int> run)
    {
        var size = Setting.Of("--size", "SIZE", "Size of the documents, like 500MB or 10GB; about 1,000,000 customers a GB", ReadSize);
        var count = Setting.Number("--count", "N", "Number of customers, instead of a size", 1, CountMax);
        var seed = Setting.Number("--seed", "N", "The same seed gives the same customers, in any number and order", 0, long.MaxValue, 1);
        var parallel = Setting.Number("--parallel", "N", "Concurrent inserts of 1,000 customers", 1, ParallelMax, 4);
        var connection = Setting.Text("--connection", "URI", "MongoDB's address; else ConnectionStrings__customers in the environment, else the database of a"
            + " Customer.Api running on this machine (Linux)");
        var database = Setting.Text("--database", "NAME", "Database name; else the connection's, else customers_db");
        var collection = Setting.Text("--collection", "NAME", "Collection");
        collection.DefaultValueFactory = static _ => "customers";
        var dropIndexes = Setting.Flag("--drop-indexes", "First drop the indexes that Customer.Api's lists use, even if there are customers; its lists"
            + " are slow until the end. By default they are dropped only in an empty collection. Unique indexes are kept");
        var command = new Command("load", "Fills the customers' collection with generated customers of about 1 kB, as fast as possible. It can be stopped and"
            + " started again to continue. Missing indexes are created at the end")
        {
            size, count, seed, parallel, connection, database, collection, dropIndexes,
        };
        command.SetAction(given =>
        {
            if (given.GetResult(size) is null == given.GetResult(count) is null) throw new UsageException("Give either --size or --count.");
            return run(new CustomersOptions
            {
                SizeBytes = given.GetValue(size), Count = given.GetValue(count), Seed = given.GetValue(seed), Parallel = given.GetValue(parallel),
                Connection = given.GetValue(connection), Database = given.GetValue(database), Collection = given.GetRequiredValue(collection)!,
                DropsIndexes = given.GetValue(dropIndexes),
            });
        });
        return command;
    }

    // Decimal units, as for disks; "10GB" is 10,000,000,000 bytes.
    private static long ReadSize(string text)
    {
        foreach (var (unit, bytes) in ((string, long)[])[("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)])
        {
            if (!text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)) continue;
            if (decimal.TryParse(text.AsSpan(0, text.Length - unit.Length).Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number > 0 && number * bytes is >= 1_000 and <= SizeBytesMax)
                return (long)(number * bytes);
        }

        throw new UsageException($"--size must be like 500MB or 10GB, 1TB at most; '{text}' was given.");
    }
}
