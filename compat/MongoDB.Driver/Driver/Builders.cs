namespace MongoDB.Driver;

/// <summary>The builders for definitions over <typeparamref name="TDocument"/>.</summary>
public static class Builders<TDocument>
{
    /// <summary>Filters.</summary>
    public static FilterDefinitionBuilder<TDocument> Filter { get; } = new();

    /// <summary>Updates.</summary>
    public static UpdateDefinitionBuilder<TDocument> Update { get; } = new();

    /// <summary>Orders.</summary>
    public static SortDefinitionBuilder<TDocument> Sort { get; } = new();

    /// <summary>Projections.</summary>
    public static ProjectionDefinitionBuilder<TDocument> Projection { get; } = new();

    /// <summary>Keys of indexes.</summary>
    public static IndexKeysDefinitionBuilder<TDocument> IndexKeys { get; } = new();
}

/// <summary>Options of <c>$text</c>.</summary>
public sealed class TextSearchOptions
{
    /// <summary>Whether case counts.</summary>
    public bool? CaseSensitive { get; set; }

    /// <summary>Whether accents count.</summary>
    public bool? DiacriticSensitive { get; set; }

    /// <summary>Language of stop words and stems.</summary>
    public string? Language { get; set; }
}
