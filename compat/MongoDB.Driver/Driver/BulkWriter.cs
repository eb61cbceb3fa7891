using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;

namespace MongoDB.Driver;

/// <summary>
/// Many writes in few commands: neighbours of one kind together (all of one kind, where the order does not matter), split where the server's limits ask for it.
/// </summary>
internal sealed class BulkWriter<TDocument>(Executor executor, CollectionNamespace name, WriteConcern concern, BulkWriteOptions options)
{
    // For the command around the documents.
    private const int OverheadBytes = 16 * 1024;

    private readonly Codec<TDocument> _codec = Codec<TDocument>.Instance;
    private readonly BulkCounts _counts = new();
    private readonly List<BulkWriteError> _errors = [];
    private readonly List<WriteModel<TDocument>> _processed = [];
    private WriteConcernError? _concernError;

    /// <exception cref="MongoBulkWriteException{TDocument}">Some failed.</exception>
    public async Task<BulkWriteResult<TDocument>> RunAsync(List<WriteModel<TDocument>> requests, CancellationToken cancellationToken)
    {
        var order = Order(requests);
        using var writer = new BsonBinaryWriter(64 * 1024);
        var done = 0;
        while (done < order.Length && (!options.IsOrdered || _errors.Count == 0))
        {
            var limits = (await executor.Cluster.SelectAsync(null, cancellationToken).ConfigureAwait(false)).Description;
            writer.Reset(WireProtocol.MessageBytesMax);
            var count = Gather(writer, requests, order.AsSpan(done), limits, out var mayRetry);
            await SendAsync(writer.Written, requests, order.AsMemory(done, count), mayRetry, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < count; i++) _processed.Add(requests[order[done + i]]);
            done += count;
        }

        var result = new BulkWriteResult<TDocument>(_counts, _processed, requests.Count, concern.IsAcknowledged);
        if (_errors.Count == 0 && _concernError is null) return result;
        _errors.Sort(static (x, y) => x.Index.CompareTo(y.Index));
        List<WriteModel<TDocument>> rest = [.. order.Skip(done).Select(index => requests[index])];
        throw new MongoBulkWriteException<TDocument>(result, _errors, _concernError, rest);
    }

    private static string KindOf(WriteModel<TDocument> model) => model.ModelType switch
    {
        WriteModelType.InsertOne => "insert",
        WriteModelType.DeleteOne or WriteModelType.DeleteMany => "delete",
        _ => "update",
    };

    private int[] Order(List<WriteModel<TDocument>> requests)
    {
        var order = new int[requests.Count];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        return options.IsOrdered ? order : [.. order.OrderBy(index => KindOf(requests[index]), StringComparer.Ordinal)];
    }

    // Writes as many as fit into one command, and says how many these are: one at least.
    private int Gather(BsonBinaryWriter writer, List<WriteModel<TDocument>> requests, ReadOnlySpan<int> order, ServerDescription limits, out bool mayRetry)
    {
        var kind = KindOf(requests[order[0]]);
        mayRetry = true;
        var count = 0;
        while (count < order.Length && count < limits.WriteBatchMax && KindOf(requests[order[count]]) == kind)
        {
            var model = requests[order[count]];
            var start = writer.Position;
            Write(writer, model);
            var size = writer.Position - start;
            // An update's or deletion's own fields may come on top of the document's limit.
            if (size > limits.DocumentBytesMax + (kind == "insert" ? 0 : OverheadBytes))
            {
                throw new FormatException($"Size {size} is larger than MaxDocumentSize {limits.DocumentBytesMax}.");
            }

            if (count > 0 && writer.Position > limits.MessageBytesMax - OverheadBytes)
            {
                writer.Truncate(start);
                break;
            }

            mayRetry &= model.ModelType is not (WriteModelType.UpdateMany or WriteModelType.DeleteMany);
            count++;
        }

        return count;
    }

    private void Write(BsonBinaryWriter writer, WriteModel<TDocument> model)
    {
        switch (model)
        {
            case InsertOneModel<TDocument> insert:
                _codec.AssignId(insert.Document);
                _codec.Write(writer, insert.Document);
                break;
            case DeleteOneModel<TDocument> one: WriteCommands.Delete(one.Filter.Render(), 1, one.Collation, one.Hint).WriteTo(writer); break;
            case DeleteManyModel<TDocument> many: WriteCommands.Delete(many.Filter.Render(), 0, many.Collation, many.Hint).WriteTo(writer); break;
            case ReplaceOneModel<TDocument> replace:
                WriteCommands.Replace(writer, replace.Filter.Render(), _codec, replace.Replacement, replace.IsUpsert, replace.Collation, replace.Hint);
                break;
            case UpdateOneModel<TDocument> one:
                WriteCommands.Update(one.Filter.Render(), one.Update.Render(), false, one.IsUpsert, one.Collation, one.Hint, one.ArrayFilters).WriteTo(writer);
                break;
            case UpdateManyModel<TDocument> many:
                WriteCommands.Update(many.Filter.Render(), many.Update.Render(), true, many.IsUpsert, many.Collation, many.Hint, many.ArrayFilters)
                    .WriteTo(writer);
                break;
        }
    }

    private async Task SendAsync(
        ReadOnlyMemory<byte> documents, List<WriteModel<TDocument>> requests, ReadOnlyMemory<int> order, bool mayRetry, CancellationToken cancellationToken)
    {
        var kind = KindOf(requests[order.Span[0]]);
        var command = WriteCommands.Message(kind, name, documents, options.IsOrdered, options.BypassDocumentValidation, options.Comment, concern);
        var reply = await executor.RunAsync(command, new ExecuteOptions { MayRetry = mayRetry }, cancellationToken).ConfigureAwait(false);
        if (!concern.IsAcknowledged) return;
        Count(kind, reply, order.Span);
        if (reply.GetValue("writeErrors", BsonNull.Value) is BsonArray errors)
        {
            foreach (var error in errors)
            {
                var at = error["index"].ToInt32();
                if (at < 0 || at >= order.Length) throw new FormatException("The server reports an error of a write that it was not sent.");
                _errors.Add(new BulkWriteError(order.Span[at], error.AsBsonDocument));
            }
        }

        if (reply.GetValue("writeConcernError", BsonNull.Value) is BsonDocument concernError) _concernError = new WriteConcernError(concernError);
    }

    private void Count(string kind, BsonDocument reply, ReadOnlySpan<int> order)
    {
        var n = reply.GetValue("n", 0).ToInt64();
        switch (kind)
        {
            case "insert": _counts.Inserted += n; break;
            case "delete": _counts.Deleted += n; break;
            default:
                var upserted = reply.GetValue("upserted", BsonNull.Value) as BsonArray ?? [];
                _counts.Matched += n - upserted.Count;
                _counts.Modified += reply.GetValue("nModified", 0).ToInt64();
                foreach (var upsert in upserted) _counts.Upserts.Add(new BulkWriteUpsert(order[upsert["index"].ToInt32()], upsert["_id"]));
                break;
        }
    }
}

/// <summary>The statements of write commands.</summary>
internal static class WriteCommands
{
    public static BsonDocument Delete(BsonDocument filter, int limit, Collation? collation, BsonValue? hint)
        => new BsonDocument { { "q", filter }, { "limit", limit } }.With("collation", collation?.ToBsonDocument()).With("hint", hint);

    /// <exception cref="ArgumentException">The update has no operators.</exception>
    public static BsonDocument Update(
        BsonDocument filter, BsonValue update, bool multi, bool upsert, Collation? collation, BsonValue? hint, IEnumerable<ArrayFilterDefinition>? arrayFilters)
    {
        var statement = new BsonDocument { { "q", filter }, { "u", Checked(update) } };
        if (multi) statement.Add("multi", true);
        if (upsert) statement.Add("upsert", true);
        return statement.With("collation", collation?.ToBsonDocument()).With("hint", hint).With("arrayFilters", ArrayFilters(arrayFilters));
    }

    public static BsonArray? ArrayFilters(IEnumerable<ArrayFilterDefinition>? filters)
        => filters is null ? null : new BsonArray(filters.Select(static filter => filter.Render()));

    public static BsonValue Checked(BsonValue update)
        => update is BsonArray || (update is BsonDocument { ElementCount: > 0 } document && document.GetElement(0).Name.StartsWith('$'))
        ? update
        : throw new ArgumentException("An update needs update operators such as $set, or is a pipeline.");

    public static void Replace<TDocument>(
        BsonBinaryWriter writer, BsonDocument filter, Codec<TDocument> codec, TDocument replacement, bool upsert, Collation? collation, BsonValue? hint)
    {
        writer.WriteStartDocument();
        writer.WriteName("q");
        filter.WriteTo(writer);
        writer.WriteName("u");
        codec.Write(writer, replacement);
        foreach (var element in new BsonDocument().With("upsert", upsert ? true : null).With("collation", collation?.ToBsonDocument()).With("hint", hint))
        {
            writer.WriteName(element.Name);
            element.Value.WriteTo(writer);
        }

        writer.WriteEndDocument();
    }

    public static CommandMessage Message(
        string kind, CollectionNamespace name, ReadOnlyMemory<byte> statements, bool isOrdered, bool? bypass, BsonValue? comment, WriteConcern concern)
    {
        var body = new BsonDocument { { kind, name.CollectionName }, { "ordered", isOrdered } }.With("bypassDocumentValidation", bypass)
            .With("comment", comment).WithConcern(concern);
        return new CommandMessage(name.DatabaseNamespace.DatabaseName, body)
        {
            SequenceName = kind switch
            {
                "insert" => "documents",
                "delete" => "deletes",
                _ => "updates",
            },
            Sequence = statements,
            ExpectsReply = concern.IsAcknowledged,
        };
    }
}
