using Npgsql;

namespace LoadTest.Stores;

/// <summary>Queries PostgreSQL. Settings that a service makes for its own sessions are not included.</summary>
internal static class PostgresFacts
{
    private static readonly string[] Settings = ["server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_level", "commit_delay"];

    private const string Sizes = """
        SELECT (SELECT sum(pg_database_size(oid))::bigint FROM pg_database), (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint
        """;

    /// <exception cref="LoadTestException">PostgreSQL cannot be queried.</exception>
    public static StoreFacts Read(string connectionString)
    {
        try
        {
            using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
            connection.Open();
            using var show = new NpgsqlCommand("SELECT name, setting FROM pg_settings WHERE name = ANY ($1)", connection);
            show.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = Settings });
            var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
            using (var rows = show.ExecuteReader())
                while (rows.Read()) settings[rows.GetString(0)] = rows.GetString(1);
            using var measure = new NpgsqlCommand(Sizes, connection);
            using var sizes = measure.ExecuteReader();
            sizes.Read();
            return new StoreFacts(settings, new SortedDictionary<string, long> { ["databases"] = sizes.GetInt64(0), ["write-ahead log"] = sizes.GetInt64(1) });
        }
        catch (Exception e) when (e is NpgsqlException or ArgumentException or InvalidOperationException)
        {
            throw new LoadTestException($"--postgres: {e.Message}");
        }
    }
}
