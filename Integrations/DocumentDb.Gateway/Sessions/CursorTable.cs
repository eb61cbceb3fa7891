using System.Collections.Concurrent;
using DocumentDb.Gateway.Engine;

namespace DocumentDb.Gateway.Sessions;

/// <summary>The cursors that wait for their next page.</summary>
internal sealed class CursorTable(int cursorsMax)
{
    private readonly ConcurrentDictionary<long, OpenCursor> _cursors = [];

    public int Count => _cursors.Count;

    /// <summary>Keeps a cursor.</summary>
    /// <exception cref="CommandException">There are too many.</exception>
    public void Add(long id, OpenCursor cursor)
    {
        if (_cursors.Count >= cursorsMax)
            throw new CommandException(ErrorCodes.ExceededMemoryLimit, string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"Too many cursors are open, the limit is {cursorsMax}: read them to their end or kill them"));
        _cursors[id] = cursor;
    }

    /// <summary>Takes a cursor out for its next page: only one reader has it at a time.</summary>
    /// <exception cref="CommandException">There is no such cursor, or it is another user's or database's.</exception>
    public OpenCursor Take(long id, string owner, string database)
    {
        if (!_cursors.TryGetValue(id, out var cursor) || cursor.Database != database) throw NotFound(id);
        if (cursor.Owner != owner) throw new CommandException(ErrorCodes.Unauthorized, $"cursor id {id} was not created by the authenticated user");
        return _cursors.TryRemove(new(id, cursor)) ? cursor : throw NotFound(id);
    }

    /// <summary>Forgets a cursor; false if the user has none of that id.</summary>
    public bool Remove(long id, string owner) => _cursors.TryGetValue(id, out var cursor) && cursor.Owner == owner && _cursors.TryRemove(new(id, cursor));

    /// <summary>Forgets the cursors that nobody has used for a time, and gives their ids.</summary>
    public IReadOnlyList<long> RemoveIdle(TimeSpan time)
    {
        var before = Environment.TickCount64 - (long)time.TotalMilliseconds;
        return [.. _cursors.Where(c => c.Value.UsedAt < before && _cursors.TryRemove(c)).Select(c => c.Key)];
    }

    private static CommandException NotFound(long id)
        => new(ErrorCodes.CursorNotFound, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"cursor id {id} not found"));
}
