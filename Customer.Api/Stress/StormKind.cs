namespace Customer.Api.Stress;

/// <summary>An operation of a storm.</summary>
internal enum StormKind
{
    /// <summary>Reads a customer by its id.</summary>
    Find,

    /// <summary>Reads 20 customers from an id on.</summary>
    Range,

    /// <summary>Inserts a document of 1 kB into the stress collection.</summary>
    Insert,

    /// <summary>Changes one that the storm inserted.</summary>
    Update,

    /// <summary>Deletes one that the storm inserted.</summary>
    Delete,

    /// <summary>Groups 100 customers by country.</summary>
    Aggregate,
}
