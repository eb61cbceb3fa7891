using ServiceKit.Postgres;

namespace Tests.Unit.ServiceKit;

[Trait("Category", "Unit")]
public sealed class SqlSummaryTests
{
    [Theory]
    [InlineData("SELECT credit FROM accounts WHERE id = $1", "SELECT accounts")]
    [InlineData("SELECT * FROM a JOIN b ON a.id = b.id LEFT JOIN a c ON true", "SELECT a b")]
    [InlineData("SELECT x FROM unnest($1, $2) AS u (x) LEFT JOIN orders o ON o.id = u.x", "SELECT orders")]
    [InlineData("SELECT floor(extract(epoch FROM now()))", "SELECT")]
    [InlineData("UPDATE sagas s SET epoch = 1 FROM (SELECT id FROM sagas FOR UPDATE SKIP LOCKED) AS due WHERE s.id = due.id", "UPDATE sagas")]
    [InlineData("SELECT id FROM accounts ORDER BY id FOR NO KEY UPDATE", "SELECT accounts")]
    [InlineData("INSERT INTO popular AS p (n) VALUES (1) ON CONFLICT (n) DO UPDATE SET n = 2", "INSERT popular")]
    [InlineData("WITH begun AS (UPDATE orders SET a = 1 RETURNING id), intent AS (INSERT INTO sagas SELECT id FROM begun) SELECT * FROM begun",
        "UPDATE orders INSERT sagas")]
    [InlineData("WITH mine AS (SELECT id FROM sagas FOR SHARE) SELECT * FROM mine", "SELECT sagas")]
    [InlineData("DELETE FROM sagas", "DELETE sagas")]
    [InlineData("VACUUM (ANALYZE) orders", "VACUUM orders")]
    [InlineData("CREATE TABLE IF NOT EXISTS a (id text); CREATE UNIQUE INDEX IF NOT EXISTS a_id ON a (id)", "CREATE a CREATE a_id")]
    [InlineData("BEGIN", "BEGIN")]
    public void A_statement_is_named_by_what_it_writes_or_else_reads(string sql, string summary) => Assert.Equal(summary, SqlSummary.Of(sql));

    [Fact]
    public void A_batch_is_named_by_its_statements_each_once()
        => Assert.Equal("UPDATE a DELETE b", SqlSummary.Of(["BEGIN", "UPDATE a SET x = 1", "DELETE FROM b", "UPDATE a SET y = 2", "COMMIT"]));

    [Fact]
    public void A_name_has_at_most_255_characters()
        => Assert.Equal(255, SqlSummary.Of([.. Enumerable.Range('a', 26).Select(letter => $"DELETE FROM a_table_{(char)letter}")]).Length);
}
