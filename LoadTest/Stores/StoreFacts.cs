namespace LoadTest.Stores;

/// <summary>Facts about a database.</summary>
/// <param name="Settings">The settings that its durability depends on, by the database's own names.</param>
/// <param name="Bytes">Sizes that grow with written data.</param>
internal sealed record StoreFacts(IReadOnlyDictionary<string, string> Settings, IReadOnlyDictionary<string, long> Bytes);
