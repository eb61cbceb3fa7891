namespace Order.Api.Orders;

/// <summary>The tables of the database <c>orders</c>.</summary>
internal static class OrderSchema
{
    /// <summary>Idempotent.</summary>
    /// <remarks>
    /// Orders that batch_init made have numbers for ids, all others the 36 characters of a UUID. An order's lines are three arrays of one length; a cost is
    /// quantity times the price when the pieces were added. Order status: 0 open, 1 in checkout, 2 paid; saga_id is the saga of 1 and 2.
    /// A saga holds all that is needed to end it. State: 1 started, 2 paid (the stock's commit is outstanding), 3 completed, 4 failed. The epoch fences off
    /// former owners.
    /// </remarks>
    public const string Script = """
        CREATE TABLE IF NOT EXISTS orders (
            id text COLLATE "C" PRIMARY KEY,
            user_id text NOT NULL,
            status smallint NOT NULL DEFAULT 0 CHECK (status BETWEEN 0 AND 2),
            saga_id uuid,
            item_ids text[] NOT NULL DEFAULT '{}',
            quantities bigint[] NOT NULL DEFAULT '{}',
            costs bigint[] NOT NULL DEFAULT '{}',
            total_cost bigint NOT NULL DEFAULT 0 CHECK (total_cost >= 0),
            CHECK ((status = 0) = (saga_id IS NULL))
        ) WITH (fillfactor = 70);
        CREATE TABLE IF NOT EXISTS sagas (
            id uuid PRIMARY KEY,
            order_id text COLLATE "C" NOT NULL,
            user_id text NOT NULL,
            item_ids text[] NOT NULL,
            quantities bigint[] NOT NULL,
            total_cost bigint NOT NULL,
            state smallint NOT NULL DEFAULT 1 CHECK (state BETWEEN 1 AND 4),
            refusal smallint NOT NULL DEFAULT 0,
            epoch integer NOT NULL DEFAULT 1,
            owner uuid NOT NULL,
            lease_until timestamptz NOT NULL,
            started_at timestamptz NOT NULL DEFAULT now(),
            ended_at timestamptz,
            traceparent text
        ) WITH (fillfactor = 80);
        CREATE INDEX IF NOT EXISTS sagas_open ON sagas (lease_until) WHERE state <= 2;
        """;
}
