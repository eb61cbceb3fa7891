namespace Customer.Api.Stress;

/// <summary>Kinds of operations in a storm.</summary>
internal enum StormKind
{
    /// <summary>Reads a customer by ID.</summary>
    Find,

    /// <summary>Reads 20 customers in ID order, starting at an ID.</summary>
    Range,

    /// <summary>Inserts a document of 1 kB into the stress collection.</summary>
    Insert,

    /// <summary>Updates a document that the storm inserted.</summary>
    Update,

    /// <summary>Deletes a document that the storm inserted.</summary>
    Delete,

    /// <summary>Groups 100 customers by country.</summary>
    Aggregate,
}
