using System.Globalization;

namespace LoadTest.Customers;

/// <summary>What <c>LoadTest customers load</c> is asked for.</summary>
internal sealed record CustomersOptions
{
    public const long CountMax = 1_000_000_000, SizeBytesMax = 1L << 40;
    public const int ParallelMax = 64;

    /// <summary>Bytes of documents to have in the end; 0 where a count is given.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Customers to have in the end; 0 where a size is given.</summary>
    public long Count { get; init; }

    public long Seed { get; init; } = 1;
    public int Parallel { get; init; } = 4;
    public string? Connection { get; init; }
    public string? Database { get; init; }
    public string Collection { get; init; } = "customers";

    /// <summary>Drops the indexes of lists, though there are customers already; without it only where there are none.</summary>
    public bool DropsIndexes { get; init; }

    /// <exception cref="UsageException">The options are wrong, or do not go together.</exception>
    public static CustomersOptions Parse(ReadOnlySpan<string> arguments)
    {
        var given = new Arguments(arguments);
        var options = new CustomersOptions();
        options = options with
        {
            SizeBytes = given.Text("--size") is { } size ? ParseSize(size) : 0,
            Count = given.Number("--count", 1, CountMax) ?? 0,
            Seed = given.Number("--seed", 0, long.MaxValue) ?? options.Seed,
            Parallel = (int)(given.Number("--parallel", 1, ParallelMax) ?? options.Parallel),
            Connection = given.Text("--connection"),
            Database = given.Text("--database"),
            Collection = given.Text("--collection") ?? options.Collection,
            DropsIndexes = given.Flag("--drop-indexes"),
        };
        given.End();
        if (options.SizeBytes > 0 == options.Count > 0) throw new UsageException("Either --size or --count is needed.");
        return options;
    }

    // Decimal units, as disks are sold; "10GB" is 10,000,000,000 bytes.
    private static long ParseSize(string text)
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
