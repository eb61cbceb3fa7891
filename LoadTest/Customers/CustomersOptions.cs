using System.CommandLine;
using System.Globalization;

namespace LoadTest.Customers;

/// <summary>What <c>LoadTest customers load</c> is asked for.</summary>
internal sealed record CustomersOptions
{
    public const long CountMax = 1_000_000_000;

    private const long SizeBytesMax = 1L << 40;
    private const int ParallelMax = 64;

    /// <summary>Bytes of documents to have in the end; 0 where a count is given.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Customers to have in the end; 0 where a size is given.</summary>
    public required long Count { get; init; }

    public required long Seed { get; init; }
    public required int Parallel { get; init; }
    public required string? Connection { get; init; }
    public required string? Database { get; init; }
    public required string Collection { get; init; }

    /// <summary>Drops the indexes of lists, though there are customers already; without it only where there are none.</summary>
    public required bool DropsIndexes { get; init; }

    public static Command Command(Func<CustomersOptions, int> run)
    {
        var size = Setting.Of("--size", "SIZE", "Size of the documents, like 500MB or 10GB; about 1,000,000 customers a GB", ReadSize);
        var count = Setting.Number("--count", "N", "Number of customers, instead of a size", 1, CountMax);
        var seed = Setting.Number("--seed", "N", "The same seed gives the same customers, however many and in whatever order", 0, long.MaxValue, 1);
        var parallel = Setting.Number("--parallel", "N", "Inserts of 1,000 under way at once", 1, ParallelMax, 4);
        var connection = Setting.Text("--connection", "URI", "MongoDB; else ConnectionStrings__customers of the environment, else the database of a"
            + " Customer.Api that runs on this machine (Linux)");
        var database = Setting.Text("--database", "NAME", "Database; else the connection's, else customers_db");
        var collection = Setting.Text("--collection", "NAME", "Collection");
        collection.DefaultValueFactory = static _ => "customers";
        var dropIndexes = Setting.Flag("--drop-indexes", "Drop the indexes that Customer.Api's lists use first, though there are customers already; its lists"
            + " are slow until the end. Without it they are dropped in an empty collection only. Unique ones never are");
        var command = new Command("load", "Fills the customers' collection with made-up customers of about 1 kB, as fast as it takes them. Stop it and start it"
            + " again: it goes on where it was. Indexes that are missing are made at the end")
        {
            size, count, seed, parallel, connection, database, collection, dropIndexes,
        };
        command.SetAction(given =>
        {
            if (given.GetResult(size) is null == given.GetResult(count) is null) throw new UsageException("Either --size or --count is needed.");
            return run(new CustomersOptions
            {
                SizeBytes = given.GetValue(size), Count = given.GetValue(count), Seed = given.GetValue(seed), Parallel = given.GetValue(parallel),
                Connection = given.GetValue(connection), Database = given.GetValue(database), Collection = given.GetRequiredValue(collection)!,
                DropsIndexes = given.GetValue(dropIndexes),
            });
        });
        return command;
    }

    // Decimal units, as disks are sold; "10GB" is 10,000,000,000 bytes.
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
