namespace LoadTest.Stores;

/// <summary>What a database says of itself.</summary>
/// <param name="Settings">What its durability depends on, by the database's own names.</param>
/// <param name="Bytes">Sizes that grow with what is written.</param>
internal sealed record StoreFacts(IReadOnlyDictionary<string, string> Settings, IReadOnlyDictionary<string, long> Bytes);
