using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;

namespace DocumentDb.Gateway.Commands;

/// <summary>An entry of a reply's <c>writeErrors</c>, as the engine wrote it.</summary>
/// <param name="Index">The index of the document or statement.</param>
/// <param name="State">The SQLSTATE.</param>
/// <param name="Message">The engine's text.</param>
internal readonly record struct WriteError(int Index, string State, string Message);
