using System.Globalization;

namespace DocumentDb.Gateway.Engine;

/// <summary>
/// The SQL statements: $1 is the database, $2 the command document, $3 the documents of a section of kind 1. Commands pass in as received and replies come back
/// ready to send, both as bytea. The extension ignores the gateway's own fields (<c>$db</c>, <c>lsid</c> and so on).
/// </summary>
internal static class Sql
{
    public const string
        Find = "SELECT cursorpage::bytea, continuation::bytea, cursorid FROM documentdb_api.find_cursor_first_page($1,$2)",
        Aggregate = "SELECT cursorpage::bytea, continuation::bytea, cursorid FROM documentdb_api.aggregate_cursor_first_page($1,$2)",
        ListCollections = "SELECT cursorpage::bytea, continuation::bytea, cursorid FROM documentdb_api.list_collections_cursor_first_page($1,$2)",
        ListIndexes = "SELECT cursorpage::bytea, continuation::bytea, cursorid FROM documentdb_api.list_indexes_cursor_first_page($1,$2)",
        GetMore = "SELECT cursorpage::bytea, continuation::bytea FROM documentdb_api.cursor_get_more($1,$2,$3)",
        KillCursors = "SELECT documentdb_api_internal.delete_cursors($1)::bytea",
        Insert = $"SELECT {WriteReply} FROM documentdb_api.insert($1,$2,$3)",
        Update = $"SELECT {WriteReply} FROM documentdb_api.update($1,$2,$3)",
        Delete = $"SELECT {WriteReply} FROM documentdb_api.delete($1,$2,$3)",
        FindAndModify = "SELECT p_result::bytea FROM documentdb_api.find_and_modify($1,$2)",
        InsertOnce = "SELECT documentdb_gateway.insert_once($1,$2,$3,$4,$5)",
        UpdateOnce = "SELECT documentdb_gateway.update_once($1,$2,$3,$4,$5)",
        DeleteOnce = "SELECT documentdb_gateway.delete_once($1,$2,$3,$4,$5)",
        FindAndModifyOnce = "SELECT documentdb_gateway.find_and_modify_once($1,$2,$3,$4,$5)",
        Claim = "SELECT documentdb_gateway.claim($1,$2)",
        ForgetReply = "UPDATE documentdb_gateway.retryable_writes SET number = number - 1, reply = NULL WHERE session = $1 AND number = $2",
        StoreReply = "UPDATE documentdb_gateway.retryable_writes SET reply = $2 WHERE session = $1",
        Count = "SELECT document::bytea FROM documentdb_api.count_query($1,$2)",
        Distinct = "SELECT document::bytea FROM documentdb_api.distinct_query($1,$2)",
        Create = "SELECT documentdb_api.create_collection_view($1,$2)::bytea",
        CollMod = "SELECT documentdb_api.coll_mod($1,$3,$2)::bytea",
        Drop = "SELECT documentdb_api.drop_collection($1,$2)",
        DropDatabase = "SELECT documentdb_api.drop_database($1)",
        Rename = "SELECT documentdb_api.rename_collection($1,$2,$3,$4)",
        DropIndexes = "CALL documentdb_api.drop_indexes($1,$2,NULL)",
        CreateIndexesAtOnce = "SELECT documentdb_api_internal.create_indexes_non_concurrently($1,$2,true)::bytea",
        CreateIndexesOnline = "SELECT retval::bytea, requests::bytea FROM documentdb_api.create_indexes_background($1,$2)",
        IndexBuildStatus = "SELECT retval::bytea, ok, complete FROM documentdb_api_internal.check_build_index_status($1)",
        CollectionBytes = "SELECT coalesce(max(pg_relation_size(to_regclass('documentdb_data.documents_' || collection_id))), 0) " +
            "FROM documentdb_api_catalog.collections WHERE database_name = $1 AND collection_name = $2",
        IndexById = "SELECT (index_spec).index_name, ((index_spec).index_key)::bytea FROM documentdb_api_catalog.collection_indexes WHERE index_id = $1",
        IndexByName = "SELECT (i.index_spec).index_name, ((i.index_spec).index_key)::bytea FROM documentdb_api_catalog.collection_indexes i " +
            "JOIN documentdb_api_catalog.collections c USING (collection_id) WHERE c.database_name = $1 AND c.collection_name = $2 " +
            "AND (i.index_spec).index_name = $3",
        // The engine's find allows no column besides its own.
        FindDocuments = "WITH found AS MATERIALIZED (SELECT document FROM documentdb_api_catalog.bson_aggregation_find($1,$2)) ",
        FindDocument = FindDocuments + "SELECT document::bytea FROM found",
        UpdatedDocuments = FindDocuments + "SELECT documentdb_api_internal.update_bson_document(document,$3,$4,$5,NULL,NULL)::bytea FROM found",
        UpsertedDocument = "SELECT documentdb_api_internal.update_bson_document('{}'::documentdb_core.bson,$1,$2,$3,NULL,NULL)::bytea",
        ListDatabases = "SELECT documentdb_api.list_databases($1)::bytea",
        CollStats = "SELECT documentdb_api.coll_stats($1,$2,$3)::bytea",
        DbStats = "SELECT documentdb_api.db_stats($1,$2,false)::bytea",
        Validate = "SELECT documentdb_api.validate($1,$2)::bytea",
        CurrentOp = "SELECT document::bytea FROM documentdb_api.current_op_command($1)",
        Compact = "SELECT documentdb_api.compact($1)::bytea",
        UsersInfo = "SELECT documentdb_api.users_info($1)::bytea",
        CreateUser = "SELECT documentdb_api.create_user($1)::bytea",
        DropUser = "SELECT documentdb_api.drop_user($1)::bytea",
        UpdateUser = "SELECT documentdb_api.update_user($1)::bytea",
        Salt = "SELECT documentdb_api_internal.scram_sha256_get_salt_and_iterations($1)::bytea",
        Authenticate = "SELECT documentdb_api_internal.authenticate_with_scram_sha256($1,$2,$3)::bytea",
        IsSuperuser = "SELECT rolsuper FROM pg_roles WHERE rolname = $1",
        Ping = "SELECT 1",
        TransactionId = "SELECT pg_current_xact_id_if_assigned()::text",
        TransactionStatus = "SELECT pg_xact_status($1::text::xid8)";

    /// <summary>Finds the number of a collection that has its own table: neither a view nor sharded.</summary>
    public const string FindTable = "SELECT collection_id FROM documentdb_api_catalog.collections WHERE database_name = $1 AND collection_name = $2 " + IsPlain;

    // The engine reports a deadlock or missing rights like any other error of a single document, and continues with the others. In these cases nothing may take
    // effect: after a deadlock the whole write is retried.
    private const string WriteReply = "CASE WHEN p_success THEN p_result::bytea ELSE documentdb_gateway.settled(p_result::bytea) END";

    // Makes write $2 the last one of session $1, or returns its earlier reply.
    private const string ClaimOrReturn = """
        INSERT INTO documentdb_gateway.retryable_writes AS w (session, number) VALUES ($1, $2)
          ON CONFLICT (session) DO UPDATE SET number = excluded.number, at = now() WHERE w.number < excluded.number;
        IF NOT FOUND THEN
          SELECT w.number, w.reply INTO last, r FROM documentdb_gateway.retryable_writes w WHERE w.session = $1;
          IF last = $2 THEN RETURN r; END IF;
          RAISE SQLSTATE 'M00F5' USING MESSAGE = format('Retryable write %s is older than %s of this session', $2, last);
        END IF;
        """;

    private const string IsPlain = "AND shard_key IS NULL AND view_definition IS NULL";

    /// <summary>Deletes sessions that have not written for a time.</summary>
    public const string Prune = "DELETE FROM documentdb_gateway.retryable_writes WHERE at < now() - $1";

    /// <summary>
    /// Creates the table of retryable writes. The engine accepts a transaction id only for commands with a single statement (two documents sent again are
    /// inserted again, and fail). Therefore the outcome of each session's last retryable write is stored here, in the write's own transaction. A retry that
    /// arrives while the first attempt runs waits for it. All users of the engine connect through the gateway, so all may store outcomes.
    /// </summary>
    public static readonly string SetUp = $"""
        DO $setup$ BEGIN
        PERFORM pg_advisory_xact_lock(7205759403792793);
        CREATE SCHEMA IF NOT EXISTS documentdb_gateway;
        CREATE TABLE IF NOT EXISTS documentdb_gateway.retryable_writes
          (session uuid PRIMARY KEY, number bigint NOT NULL, at timestamptz NOT NULL DEFAULT now(), reply bytea) WITH (fillfactor = 50);
        GRANT USAGE ON SCHEMA documentdb_gateway TO PUBLIC;
        GRANT SELECT, INSERT, UPDATE ON documentdb_gateway.retryable_writes TO PUBLIC;
        CREATE OR REPLACE FUNCTION documentdb_gateway.claim(uuid, bigint) RETURNS bytea LANGUAGE plpgsql AS $body$
        DECLARE r bytea; last bigint;
        BEGIN
          {ClaimOrReturn}
          RETURN NULL;
        END $body$;
        CREATE OR REPLACE FUNCTION documentdb_gateway.settled(reply bytea) RETURNS bytea LANGUAGE plpgsql AS $body$
        BEGIN
          IF position('{CodeElement("40P01")}'::bytea IN reply) > 0 OR position('{CodeElement("40001")}'::bytea IN reply) > 0 THEN
            RAISE SQLSTATE '40P01' USING MESSAGE = 'WriteConflict error: this operation conflicted with another operation. Please retry.';
          ELSIF position('{CodeElement("42501")}'::bytea IN reply) > 0 THEN
            RAISE SQLSTATE '42501' USING MESSAGE = 'not authorized to execute this command';
          END IF;
          RETURN reply;
        END $body$;
        {Once("insert", WriteReply, "insert($3,$4,$5)")}
        {Once("update", WriteReply, "update($3,$4,$5)")}
        {Once("delete", WriteReply, "delete($3,$4,$5)")}
        {Once("find_and_modify", "p_result::bytea", "find_and_modify($3,$4)")}
        END $setup$
        """;

    /// <summary>
    /// Finds documents by their ids ($1, each as the document <c>{ "": id }</c>) in the collection with a number, as long as it still has the name ($2 and $3):
    /// it may have been renamed since. Returns the position of each id, from 1, and the document. The limit makes the planner search the primary key once
    /// for each id; at most one document matches.
    /// </summary>
    public static string FindByIds(long collection) => string.Create(CultureInfo.InvariantCulture, $"""
        SELECT u.n, d.document::bytea FROM unnest($1::bytea[]) WITH ORDINALITY u (id, n) CROSS JOIN LATERAL (
            SELECT document FROM documentdb_data.documents_{collection}
            WHERE shard_key_value = {collection} AND object_id OPERATOR(documentdb_core.=) u.id::documentdb_core.bson LIMIT 1) d
        WHERE EXISTS (
            SELECT FROM documentdb_api_catalog.collections
            WHERE collection_id = {collection} AND database_name = $2 AND collection_name = $3 {IsPlain})
        """);

    // The element "code" of an error in a reply, see ErrorCodes.Unpack, as a constant of the type bytea.
    private static string CodeElement(string state)
        => $"\\x10{Convert.ToHexString("code\0"u8)}{Convert.ToHexString(BitConverter.GetBytes(ErrorCodes.Pack(state)))}";

    private static string Once(string name, string reply, string call) => $"""
        CREATE OR REPLACE FUNCTION documentdb_gateway.{name}_once(uuid, bigint, text, bytea, bytea) RETURNS bytea LANGUAGE plpgsql AS $body$
        DECLARE r bytea; last bigint;
        BEGIN
          {ClaimOrReturn}
          SELECT {reply} INTO r FROM documentdb_api.{call};
          UPDATE documentdb_gateway.retryable_writes w SET reply = r WHERE w.session = $1;
          RETURN r;
        END $body$;
        """;
}
