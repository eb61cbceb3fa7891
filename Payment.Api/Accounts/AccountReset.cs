using Npgsql;

namespace Payment.Api.Accounts;

/// <summary>Deletes all accounts and entries.</summary>
internal sealed class AccountReset(NpgsqlDataSource database)
{
    private const int CommandTimeSecondsMax = 30;

    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("TRUNCATE accounts, entries", connection) { CommandTimeout = CommandTimeSecondsMax };
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
