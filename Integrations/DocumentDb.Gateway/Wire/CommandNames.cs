using System.Collections.Frozen;
using System.Text;

namespace DocumentDb.Gateway.Wire;

/// <summary>Gets known command names, and arguments that are sent as sections, as strings without allocating.</summary>
internal static class CommandNames
{
    private static readonly FrozenDictionary<string, string> Known = new[]
    {
        "abortTransaction", "aggregate", "buildInfo", "buildinfo", "bulkWrite", "collMod", "collStats", "collstats", "commitTransaction", "compact",
        "connectionStatus", "count", "create", "createIndexes", "createUser", "currentOp", "dbStats", "dbstats", "delete", "distinct", "drop",
        "dropDatabase", "dropIndexes", "dropUser", "endSessions", "explain", "find", "findAndModify", "findandmodify", "getCmdLineOpts", "getLog",
        "getMore", "getParameter", "hello", "hostInfo", "insert", "isMaster", "isdbgrid", "ismaster", "killAllSessions", "killCursors",
        "killSessions", "listCollections", "listCommands", "listDatabases", "listIndexes", "logout", "ping", "refreshSessions", "renameCollection",
        "saslContinue", "saslStart", "serverStatus", "startSession", "update", "updateUser", "usersInfo", "validate", "whatsmyuri", "documents",
        "updates", "deletes", "ops", "nsInfo",
    }.ToFrozenDictionary(name => name);

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Known.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Gets a name as text.</summary>
    public static string Get(ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[64];
        return name.Length <= text.Length && Encoding.ASCII.TryGetChars(name, text, out var length) && Lookup.TryGetValue(text[..length], out var known)
            ? known : Encoding.UTF8.GetString(name);
    }
}
