using Stock.Api.Items;

namespace Stock.Api.Catalog;

/// <summary>A product that is added when Stock.Api starts, unless it exists or was deleted.</summary>
/// <param name="Item">The item's ID: a UUID that never changes. batch_init, which creates numbered items, cannot affect it.</param>
/// <param name="Price">Price per piece.</param>
/// <param name="Stock">Initial number of pieces.</param>
/// <param name="Product">Name, description, picture and place in the list.</param>
internal sealed record SeededProduct(string Item, long Price, long Stock, Product Product)
{
    public static IReadOnlyList<SeededProduct> All { get; } =
    [
        New(1, 34, 120, "Teapot", "Holds one liter, pours without a drip and keeps tea warm under a deep blue glaze.", "teapot"),
        New(2, 12, 400, "Mug", "A stoneware mug for slow mornings. Dishwasher safe.", "mug"),
        New(3, 9, 600, "Notebook", "160 dotted pages that lie flat, sewn and bound in linen.", "notebook"),
        New(4, 15, 350, "Pencils", "Six cedar pencils from soft to hard, in a tin that outlasts them.", "pencils"),
        New(5, 79, 60, "Desk lamp", "Warm light that dims with a twist of its head. The arm stays where you put it.", "lamp"),
        New(6, 95, 80, "Backpack", "Twenty liters of waxed canvas with a laptop sleeve. Sheds rain.", "backpack"),
        New(7, 48, 90, "Wall clock", "No ticking: the hands sweep silently. One battery lasts two years.", "clock"),
        New(8, 129, 40, "Headphones", "Closed-back, light and repairable, with every part available. Thirty hours on a charge.", "headphones"),
        New(9, 22, 150, "Potted plant", "A rubber plant that forgives a week without water, in a clay pot.", "plant"),
        New(10, 39, 110, "Umbrella", "Eight fiberglass ribs that flip inside out in a storm, and flip back.", "umbrella"),
        New(11, 27, 75, "Kite", "Flies in a light breeze. Tail, line and handle are in the bag.", "kite"),
        New(12, 18, 200, "Candle", "Hand-poured beeswax. Burns for fifty hours, almost without scent.", "candle"),
    ];

    private static SeededProduct New(int place, long price, long stock, string name, string description, string picture) =>
        new($"5b0b5ee0-0000-4000-8000-{place:D12}", price, stock, new(name, description, picture, place));
}
