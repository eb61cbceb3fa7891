namespace Order.Api.Orders;

/// <summary>The tables of the database <c>orders</c>.</summary>
internal static class OrderSchema
{
    /// <summary>Creates the tables. Idempotent.</summary>
    /// <remarks>
    /// <para>
    /// Orders created by batch_init have numbers as IDs, all others the 36 characters of a UUID. An order's lines are three arrays of equal length. A cost is
    /// the quantity times the price at which the pieces were added. Status: 0 open, 1 in checkout, 2 paid. saga_id is the latest saga and refusal its failure
    /// reason. No index contains a column that a checkout changes, and each page has room for two versions of all its orders. Both updates of a checkout are
    /// therefore heap-only (HOT), even if neighboring orders are checked out together, and leave little to vacuum.
    /// </para>
    /// <para>
    /// A row in sagas is the intent of the checkouts that began together. It exists while one of them is open; the status of each order shows what is left to
    /// do. The epoch fences off previous owners. There is one row per batch, because a row per checkout, with its index entry and vacuuming, would cost as much
    /// as all of its other work in Postgres. Users and totals are enough to undo a checkout whose order is gone. The arrays are not compressed, because IDs do
    /// not compress.
    /// </para>
    /// <para>
    /// state is the destination (two letters) of an order placed through the storefront. It is null for all other orders, which pay nothing for it. The rest of
    /// the address is in shipments, which no checkout reads. popular counts the items sold to each state: a few hundred rows that are updated in place.
    /// </para>
    /// <para>
    /// stock_identity has one row: the ID of the stock that orders are sold from, among all that Redis may come up with. Without the row, the next stock is
    /// accepted.
    /// </para>
    /// <para>
    /// For each batch_init, replaced_orders has the last saga of a paid order that it removed, for the reconciliation. Saga IDs are ordered by time.
    /// </para>
    /// </remarks>
    public const string Script = """
        CREATE TABLE IF NOT EXISTS orders (
            id text COLLATE "C" PRIMARY KEY,
            user_id text NOT NULL,
            status smallint NOT NULL DEFAULT 0 CHECK (status BETWEEN 0 AND 2),
            refusal smallint NOT NULL DEFAULT 0,
            saga_id uuid,
            item_ids text[] NOT NULL DEFAULT '{}',
            quantities bigint[] NOT NULL DEFAULT '{}',
            costs bigint[] NOT NULL DEFAULT '{}',
            total_cost bigint NOT NULL DEFAULT 0 CHECK (total_cost >= 0),
            CHECK (status = 0 OR saga_id IS NOT NULL)
        ) WITH (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.5);
        ALTER TABLE orders ADD COLUMN IF NOT EXISTS state text;
        CREATE TABLE IF NOT EXISTS shipments (
            order_id text COLLATE "C" PRIMARY KEY,
            user_id text NOT NULL,
            placed_at timestamptz NOT NULL DEFAULT now(),
            name text NOT NULL,
            street text NOT NULL,
            zip text NOT NULL
        );
        ALTER TABLE shipments ADD COLUMN IF NOT EXISTS city text;
        CREATE INDEX IF NOT EXISTS shipments_of_user ON shipments (user_id, placed_at);
        CREATE TABLE IF NOT EXISTS popular (
            state text COLLATE "C",
            item_id text COLLATE "C",
            quantity bigint NOT NULL CHECK (quantity > 0),
            PRIMARY KEY (state, item_id)
        ) WITH (fillfactor = 50);
        CREATE TABLE IF NOT EXISTS sagas (
            id uuid PRIMARY KEY,
            epoch integer NOT NULL DEFAULT 1,
            owner uuid NOT NULL,
            lease_until timestamptz NOT NULL,
            started_at timestamptz NOT NULL DEFAULT now(),
            traceparent text,
            saga_ids uuid[] NOT NULL,
            order_ids text[] NOT NULL,
            user_ids text[] NOT NULL,
            totals bigint[] NOT NULL
        ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
        ALTER TABLE sagas ALTER saga_ids SET STORAGE EXTERNAL, ALTER order_ids SET STORAGE EXTERNAL,
            ALTER user_ids SET STORAGE EXTERNAL, ALTER totals SET STORAGE EXTERNAL;
        CREATE TABLE IF NOT EXISTS idempotency_keys (
            id uuid PRIMARY KEY,
            request text NOT NULL,
            outcome smallint,
            refusal smallint NOT NULL DEFAULT 0,
            at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX IF NOT EXISTS idempotency_keys_at ON idempotency_keys USING brin (at);
        CREATE TABLE IF NOT EXISTS stock_identity (is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one), id uuid NOT NULL);
        CREATE TABLE IF NOT EXISTS replaced_orders (last_saga uuid PRIMARY KEY);
        """;
}
