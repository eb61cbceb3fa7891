using System.Buffers.Binary;
using System.Text;
using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Wire;

namespace DocumentDb.Gateway.Commands;

/// <summary>Rejects options that the engine silently ignores although they change the result.</summary>
internal static class Refusals
{
    /// <summary>Checks the options of a read command, or of create.</summary>
    /// <exception cref="CommandException">The engine does not support an option.</exception>
    public static void Check(CommandRequest request)
    {
        var view = new BsonView(request.Body.Span);
        view.MoveNext(); // the command
        while (view.MoveNext())
        {
            var name = view.Name;
            if (name.SequenceEqual("readConcern"u8)) CheckReadConcern(request, view.Value);
            else if (request.Name == "find") CheckFind(view);
            else if (name.SequenceEqual("explain"u8) && view.IsTrue) throw NotImplemented("explain");
            else if (request.Name == "create" && name.SequenceEqual("expireAfterSeconds"u8))
                throw new CommandException(ErrorCodes.InvalidOptions, "'expireAfterSeconds' is only supported on time-series and clustered collections");
        }
    }

    /// <summary>Checks the statements of an update or delete.</summary>
    /// <exception cref="CommandException">The engine does not support an option.</exception>
    public static void CheckStatements(CommandRequest request)
    {
        for (var rest = request.Sequence.Span; rest.Length > 0;)
        {
            var size = BinaryPrimitives.ReadInt32LittleEndian(rest);
            CheckStatement(rest[..size]);
            rest = rest[size..];
        }
        var view = new BsonView(request.Body.Span);
        while (view.MoveNext())
        {
            if (view.Type != BsonType.Array || !(view.Name.SequenceEqual("updates"u8) || view.Name.SequenceEqual("deletes"u8))) continue;
            var statements = new BsonView(view.Value);
            while (statements.MoveNext())
                if (statements.Type == BsonType.Document) CheckStatement(statements.Value);
        }
    }

    private static void CheckFind(BsonView option)
    {
        var name = option.Name;
        if (name.SequenceEqual("min"u8) || name.SequenceEqual("max"u8)) throw NotImplemented(Encoding.ASCII.GetString(name));
        if ((name.SequenceEqual("tailable"u8) || name.SequenceEqual("awaitData"u8)) && option.IsTrue)
            throw new CommandException(ErrorCodes.BadValue, "tailable cursor requested on non capped collection");
        if (!name.SequenceEqual("hint"u8) || option.Type != BsonType.Document) return;
        var order = new BsonView(option.Value);
        if (order.MoveTo("$natural"u8) && order.AsInt64() < 0) throw NotImplemented("hint: { $natural: -1 }");
    }

    private static void CheckStatement(ReadOnlySpan<byte> statement)
    {
        var view = new BsonView(statement);
        while (view.MoveNext())
            if (view.Name.SequenceEqual("hint"u8) || view.Name.SequenceEqual("collation"u8))
                throw NotImplemented($"{Encoding.ASCII.GetString(view.Name)} of an update or delete");
    }

    private static void CheckReadConcern(CommandRequest request, ReadOnlySpan<byte> concern)
    {
        var view = new BsonView(concern);
        if (!view.MoveTo("level"u8)) return;
        switch (view.AsString())
        {
            // With one server and one copy, every read returns committed and newest data.
            case "local" or "available" or "majority" or "linearizable": return;
            case "snapshot" when request.IsInTransaction: return;
            case "snapshot": throw NotImplemented("readConcern: { level: 'snapshot' } outside of a transaction");
            case var level: throw new CommandException(ErrorCodes.BadValue, $"Enumeration value '{level}' for field 'readConcern.level' is not a valid value.");
        }
    }

    private static CommandException NotImplemented(string option) => new(ErrorCodes.NotImplemented, $"The option {option} is not supported");
}
