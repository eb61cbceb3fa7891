using System.Globalization;
using Stock.Api.Items;

namespace Stock.Api.Catalog;

/// <summary>A product with its item.</summary>
internal sealed record StockedProduct(string Id, Product Product, Item Item)
{
    /// <summary>The picture's path at the gateway.</summary>
    public string PicturePath => Product.PictureRevision > 0
        ? string.Create(CultureInfo.InvariantCulture, $"/products/{Id}/picture?r={Product.PictureRevision}")
        : $"/pictures/{Product.Picture}.svg";

    /// <summary>Returns what clients see of the product.</summary>
    public ProductView ToView() =>
        new(Id, Product.Name, Product.Description, PicturePath, Item.Price, Item.Available, StateName(Id, Product.State), Product.Revision);

    private static string StateName(string id, ProductState state) => state switch
    {
        ProductState.Active => ProductReader.Active,
        ProductState.Hidden => ProductReader.Hidden,
        _ => throw new InvalidDataException($"Product {id} has the state {(int)state}, which this version does not know."),
    };
}
