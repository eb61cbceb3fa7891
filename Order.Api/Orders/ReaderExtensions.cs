using Npgsql;

namespace Order.Api.Orders;

/// <summary>Columns that may be null, and numbers that stand for something. Rows are in memory when they are read, so nothing here waits.</summary>
internal static class ReaderExtensions
{
    public static Guid? GetGuidOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    /// <summary>A stored number that must have a name here.</summary>
    /// <exception cref="InvalidDataException">It has none: another version wrote it, and what it means is not known.</exception>
    public static T GetEnum<T>(this NpgsqlDataReader row, int column) where T : struct, Enum
    {
        var number = row.GetInt16(column);
        var value = (T)Enum.ToObject(typeof(T), number);
        return Enum.IsDefined(value) ? value
            : throw new InvalidDataException($"The column {row.GetName(column)} has {number}, which is not a {typeof(T).Name} that this version knows.");
    }

    public static short? GetInt16OrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt16(column);
}
