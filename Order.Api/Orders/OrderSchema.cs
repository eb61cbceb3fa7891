namespace Order.Api.Orders;

/// <summary>The tables of the database <c>orders</c>.</summary>
internal static class OrderSchema
{
    /// <summary>Idempotent.</summary>
    /// <remarks>
    /// <para>
    /// Orders that batch_init made have numbers for ids, all others the 36 characters of a UUID. An order's lines are three arrays of one length; a cost is
    /// quantity times the price when the pieces were added. Status: 0 open, 1 in checkout, 2 paid; saga_id is its latest saga, refusal why that one failed.
    /// No index has a column that a checkout changes, and a page has room for all its orders twice, before the old half of it goes: the two changes that a
    /// checkout makes are heap-only (HOT) updates, even where neighbours are checked out together. Those leave little to vacuum.
    /// </para>
    /// <para>
    /// A row of sagas is the intent of the checkouts that began together, and is there for as long as one of them is open: what is left to do for each shows in
    /// its order. The epoch fences off former owners. One row for a batch, because a row, its index entry and its vacuuming for every checkout cost as much as
    /// all else that Postgres does for it. Users and totals are enough to undo a checkout whose order is gone. Their arrays are not compressed: ids do not.
    /// </para>
    /// <para>
    /// state is where an order goes that the storefront took, two letters; null for all others, which cost nothing more for it. The rest of its address is in
    /// shipments, which no checkout reads. popular counts what was sold to each state: a few hundred rows that are changed in place.
    /// </para>
    /// <para>
    /// stock_identity has one row: the stock, of all that Redis may come up with, that orders are sold from. Without the row the next one is taken for it.
    /// </para>
    /// <para>
    /// replaced_orders has of each batch_init the last saga of a paid order that it took away, for the reconciliation: sagas' ids are ordered by time.
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
