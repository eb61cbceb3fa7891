using Npgsql;

namespace Order.Api.Orders;

/// <summary>Columns that may be null. Rows are in memory when they are read, so nothing here waits.</summary>
internal static class ReaderExtensions
{
    public static Guid? GetGuidOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    public static short? GetInt16OrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt16(column);
}
