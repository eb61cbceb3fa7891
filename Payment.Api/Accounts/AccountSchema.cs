namespace Payment.Api.Accounts;

/// <summary>The tables of the database <c>payments</c>.</summary>
internal static class AccountSchema
{
    /// <summary>
    /// Creates the tables. Idempotent. A constraint makes the database itself reject rows in which the books of an account do not balance.
    /// </summary>
    /// <remarks>
    /// Accounts created by batch_init have numbers as IDs, all others the 36 characters of a UUID. <c>opening</c> is the credit given by batch_init, which has
    /// no entry. An entry is one movement of money under its key and is never deleted: the entries are the ledger. Kind: 1 fund, 2 pay, 3 charge, 4 open.
    /// Status: 1 done, 2 refused for lack of credit, 3 refused because the account does not exist, 4 done and refunded, 5 canceled before it arrived (a
    /// tombstone), 6 refused because of an overflow. For each batch_init, replaced_charges has the last charge that it removed, for the reconciliation: charges
    /// are ordered by time.
    /// </remarks>
    public const string Script = """
        CREATE TABLE IF NOT EXISTS accounts (
            id text COLLATE "C" PRIMARY KEY,
            opening bigint NOT NULL DEFAULT 0,
            balance bigint NOT NULL CHECK (balance >= 0),
            funded bigint NOT NULL CHECK (funded >= opening),
            captured bigint NOT NULL DEFAULT 0,
            refunded bigint NOT NULL DEFAULT 0 CHECK (refunded <= captured),
            CONSTRAINT books_balance CHECK (funded = balance + (captured - refunded))
        ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.5);
        CREATE TABLE IF NOT EXISTS entries (
            id uuid PRIMARY KEY,
            account_id text COLLATE "C" NOT NULL,
            kind smallint NOT NULL CHECK (kind BETWEEN 1 AND 4),
            status smallint NOT NULL CHECK (status BETWEEN 1 AND 6),
            amount bigint NOT NULL CHECK (amount > 0 OR kind = 4),
            at timestamptz NOT NULL DEFAULT now()
        );
        CREATE TABLE IF NOT EXISTS replaced_charges (last uuid PRIMARY KEY);
        """;
}
