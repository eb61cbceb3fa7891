namespace Stock.Api.Catalog;

/// <summary>The description of an item for customers, as stored. A product of an earlier release has only the first four fields.</summary>
/// <param name="Name">Unique in the catalog, ignoring case.</param>
/// <param name="Description">A sentence or two; may be empty.</param>
/// <param name="Picture">Name of the storefront's picture: lowercase letters and hyphens.</param>
/// <param name="Place">Position in the catalog: a small number for the first products, the time of creation in Unix milliseconds for others.</param>
/// <param name="State">Whether customers see it.</param>
/// <param name="Revision">The number of changes, including the creation.</param>
/// <param name="PictureRevision">The revision that uploaded the picture; 0 if the storefront's picture is used.</param>
internal sealed record Product(
    string Name, string Description, string Picture, long Place, ProductState State = ProductState.Active, long Revision = 1, long PictureRevision = 0)
{
    /// <summary>The storefront's picture of products that have none of their own.</summary>
    public const string NoPicture = "none";

    /// <summary>The name as the index of names has it.</summary>
    public static string IndexOf(string name) => name.ToUpperInvariant();
}
