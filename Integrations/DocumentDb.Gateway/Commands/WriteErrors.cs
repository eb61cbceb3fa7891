using System.Buffers.Binary;
using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;

namespace DocumentDb.Gateway.Commands;

/// <summary>Reads the errors of single documents from a write's reply.</summary>
internal static class WriteErrors
{
    /// <summary>Returns whether a write, or an operation of a bulkWrite, failed.</summary>
    public static bool Has(ReadOnlySpan<byte> reply)
    {
        var view = new BsonView(reply);
        while (view.MoveNext())
            if (view.Name.SequenceEqual("writeErrors"u8) || (view.Name.SequenceEqual("nErrors"u8) && view.IsTrue)) return true;
        return false;
    }

    public static List<WriteError> Read(ReadOnlySpan<byte> reply)
    {
        List<WriteError> errors = [];
        var view = new BsonView(reply);
        if (!view.MoveTo("writeErrors"u8)) return errors;
        var entries = new BsonView(view.Value);
        while (entries.MoveNext())
        {
            var (index, packed, message) = (0, 0, "");
            var entry = new BsonView(entries.Value);
            while (entry.MoveNext())
            {
                if (entry.Name.SequenceEqual("index"u8)) index = (int)(entry.AsInt64() ?? 0);
                else if (entry.Name.SequenceEqual("code"u8)) packed = (int)(entry.AsInt64() ?? 0);
                else if (entry.Name.SequenceEqual("errmsg"u8)) message = entry.AsString() ?? "";
            }
            errors.Add(new(index, ErrorCodes.Unpack(packed), message));
        }
        return errors;
    }

    /// <summary>Throws if one of the errors is a conflict. In a transaction a conflict affects the whole transaction, which the client may retry.</summary>
    /// <exception cref="CommandException">One of the errors is a conflict.</exception>
    public static void ThrowConflict(ReadOnlySpan<byte> reply)
    {
        var view = new BsonView(reply);
        if (!view.MoveTo("writeErrors"u8)) return;
        var entries = new BsonView(view.Value);
        while (entries.MoveNext())
        {
            var entry = new BsonView(entries.Value);
            if (entry.MoveTo("code"u8) && entry.Type == BsonType.Int32 && BinaryPrimitives.ReadInt32LittleEndian(entry.Value) == ErrorCodes.WriteConflict)
                throw new CommandException(ErrorCodes.WriteConflict, "WriteConflict error: this operation conflicted with another operation. Please retry.");
        }
    }
}
