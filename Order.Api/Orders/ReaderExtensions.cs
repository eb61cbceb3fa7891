using Npgsql;

namespace Order.Api.Orders;

/// <summary>
/// Reads columns by name, nullable columns and stored enums. Rows are already in memory, so none of this blocks. A name is looked up in every row, so code on a
/// hot path gets its columns' ordinals once.
/// </summary>
internal static class ReaderExtensions
{
    public static T Get<T>(this NpgsqlDataReader row, string column) => row.GetFieldValue<T>(row.GetOrdinal(column));

    public static T? GetOrNull<T>(this NpgsqlDataReader row, string column) where T : class => row.IsDBNull(row.GetOrdinal(column)) ? null : row.Get<T>(column);

    public static Guid? GetGuidOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    /// <summary>Reads a stored number as an enum value.</summary>
    /// <exception cref="InvalidDataException">The number has no name: another version wrote it, and its meaning is unknown.</exception>
    public static T GetEnum<T>(this NpgsqlDataReader row, int column) where T : struct, Enum
    {
        var number = row.GetInt16(column);
        var value = (T)Enum.ToObject(typeof(T), number);
        return Enum.IsDefined(value) ? value
            : throw new InvalidDataException($"Column {row.GetName(column)} contains {number}, which is not a {typeof(T).Name} that this version knows.");
    }

    public static short? GetInt16OrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt16(column);
}
