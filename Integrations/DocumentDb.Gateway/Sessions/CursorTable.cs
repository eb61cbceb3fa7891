using System.Collections.Concurrent;
using DocumentDb.Gateway.Engine;

namespace DocumentDb.Gateway.Sessions;

/// <summary>The cursors between two pages.</summary>
internal sealed class CursorTable(int cursorsMax)
{
    private readonly ConcurrentDictionary<long, OpenCursor> _cursors = [];

    public int Count => _cursors.Count;

    /// <summary>Adds a cursor.</summary>
    /// <exception cref="CommandException">Too many cursors are open.</exception>
    public void Add(long id, OpenCursor cursor)
    {
        if (_cursors.Count >= cursorsMax)
            throw new CommandException(ErrorCodes.ExceededMemoryLimit, string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"Too many cursors are open (limit {cursorsMax}): read them to the end or kill them"));
        _cursors[id] = cursor;
    }

    /// <summary>Removes a cursor for its next page, so that only one reader has it at a time.</summary>
    /// <exception cref="CommandException">The cursor does not exist, or belongs to another user or database.</exception>
    public OpenCursor Take(long id, string owner, string database)
    {
        if (!_cursors.TryGetValue(id, out var cursor) || cursor.Database != database) throw NotFound(id);
        if (cursor.Owner != owner) throw new CommandException(ErrorCodes.Unauthorized, $"cursor id {id} was not created by the authenticated user");
        return _cursors.TryRemove(new(id, cursor)) ? cursor : throw NotFound(id);
    }

    /// <summary>Removes a cursor; false if the user has none with that id.</summary>
    public bool Remove(long id, string owner) => _cursors.TryGetValue(id, out var cursor) && cursor.Owner == owner && _cursors.TryRemove(new(id, cursor));

    /// <summary>Removes the cursors that were not used for the given time, and returns their ids.</summary>
    public IReadOnlyList<long> RemoveIdle(TimeSpan time)
    {
        var before = Environment.TickCount64 - (long)time.TotalMilliseconds;
        return [.. _cursors.Where(c => c.Value.UsedAt < before && _cursors.TryRemove(c)).Select(c => c.Key)];
    }

    private static CommandException NotFound(long id)
        => new(ErrorCodes.CursorNotFound, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"cursor id {id} not found"));
}
