namespace Stock.Api.Catalog;

/// <summary>The outcome of a change to a product.</summary>
internal enum ProductOutcome
{
    Done,
    UnknownProduct,

    /// <summary>The product has another revision: somebody else has changed it.</summary>
    OtherRevision,

    NameTaken,

    /// <summary>There are as many products as the catalog may have.</summary>
    TooManyProducts,

    /// <summary>All pictures together would be too large.</summary>
    TooManyPictures,

    /// <summary>The total stock would exceed 64 bits.</summary>
    Overflow,

    KeyReused,
}
