using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace ServiceKit.Postgres;

/// <summary>
/// Summarizes SQL as OpenTelemetry's <c>db.query.summary</c>: the tables it writes, such as <c>UPDATE orders INSERT sagas</c>, or else those it reads.
/// Statements are constants, so each is analyzed once.
/// </summary>
internal static partial class SqlSummary
{
    /// <summary>The maximum length that OpenTelemetry recommends.</summary>
    private const int LengthMax = 255;

    /// <summary>More statements than the code has. Others are analyzed each time.</summary>
    private const int StatementsMax = 1_000;

    private static readonly ConcurrentDictionary<string, string> Known = new();

    /// <summary>Summarizes a statement.</summary>
    public static string Of(string sql)
    {
        if (Known.TryGetValue(sql, out var known)) return known;
        var summary = Join(Analyze(sql));
        if (Known.Count < StatementsMax) Known[sql] = summary;
        return summary;
    }

    /// <summary>Summarizes the statements of a batch, without the beginning and the end of its transaction.</summary>
    public static string Of(IEnumerable<string> batch) => Join(batch.Select(Of).Where(static one => one is not ("BEGIN" or "COMMIT")));

    private static string Join(IEnumerable<string> parts)
    {
        var text = string.Join(' ', parts.Distinct());
        return text.Length <= LengthMax ? text : text[..LengthMax];
    }

    private static IEnumerable<string> Analyze(string sql)
    {
        string[] writes = [.. Write().Matches(sql).Select(static write => $"{write.Groups["verb"].Value} {write.Groups["table"].Value}")];
        if (writes.Length > 0) return writes;
        var subqueries = Subquery().Matches(sql).Select(static query => query.Groups["name"].Value).ToHashSet();
        string[] reads = [.. Read().Matches(sql).Select(static read => read.Groups["table"].Value).Where(table => !subqueries.Contains(table))];
        return reads.Length > 0 ? reads.Prepend("SELECT") : [FirstWord().Match(sql).Value];
    }

    // Not the locks FOR UPDATE and FOR NO KEY UPDATE, nor ON CONFLICT DO UPDATE.
    [GeneratedRegex(@"(?<!\b(FOR|KEY|DO)\s+)\b(?<verb>INSERT|UPDATE|DELETE|TRUNCATE|VACUUM|CREATE|ALTER|COPY|LOCK)\s+"
        + @"(INTO\s+|FROM\s+|TABLE\s+|(UNIQUE\s+)?INDEX\s+|IF\s+NOT\s+EXISTS\s+|\([^)]*\)\s+)*(?<table>[a-z_]+)")]
    private static partial Regex Write();

    [GeneratedRegex(@"\b(FROM|JOIN)\s+(?<table>[a-z_]+)\b(?!\s*[.(])")]
    private static partial Regex Read();

    // WITH name AS (SELECT ...)
    [GeneratedRegex(@"\b(?<name>[a-z_]+)\s+AS\s+(MATERIALIZED\s+)?\(\s*(SELECT|INSERT|UPDATE|DELETE|VALUES|WITH)\b")]
    private static partial Regex Subquery();

    [GeneratedRegex(@"\w+")]
    private static partial Regex FirstWord();
}
