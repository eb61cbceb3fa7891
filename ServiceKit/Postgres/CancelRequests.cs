using System.Runtime.CompilerServices;
using Npgsql;

namespace ServiceKit.Postgres;

/// <summary>
/// Keeps Npgsql from canceling statements on the server. A canceled commit that waits for its standby counts as done: Postgres stops waiting, reports success,
/// and shows the change to everybody, although the loss of the machine would undo it. Without cancel requests a statement that times out, or whose token is
/// canceled, closes its connection; its change stays invisible until a standby has it.
/// </summary>
internal static class CancelRequests
{
    public static void Disable(NpgsqlDataSourceBuilder builder) => builder.UsePhysicalConnectionInitializer(Disable, static connection =>
    {
        Disable(connection);
        return Task.CompletedTask;
    });

    // Npgsql has no such setting: Cancellation Timeout=-1 still sends the request, and only ignores the response. It sends none that matches a server process
    // without knowing the process's ID, as with poolers that do not tell it.
    private static void Disable(NpgsqlConnection connection) => SetProcessId(ConnectorOf(connection), 0);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Connector")]
    [return: UnsafeAccessorType("Npgsql.Internal.NpgsqlConnector, Npgsql")]
    private static extern object ConnectorOf(NpgsqlConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_BackendProcessId")]
    private static extern void SetProcessId([UnsafeAccessorType("Npgsql.Internal.NpgsqlConnector, Npgsql")] object connector, int value);
}
