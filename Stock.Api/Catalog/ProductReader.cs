using System.Globalization;

namespace Stock.Api.Catalog;

/// <summary>Checks the fields of a product, and collects all errors at once.</summary>
internal static class ProductReader
{
    public const int NameLengthMax = 100, DescriptionLengthMax = 1_000;

    /// <summary>The maximum of price and stock. A total of 20 lines of 99 pieces stays far below 64 bits.</summary>
    public const long AmountMax = 1_000_000_000;

    /// <summary>Names of the states.</summary>
    public const string Active = "active", Hidden = "hidden";

    /// <summary>Checks the fields that are given. Returns null if there are errors.</summary>
    /// <param name="input">The fields.</param>
    /// <param name="id">The product's ID; null for a new product.</param>
    /// <param name="isWhole">Whether all fields are replaced, so that name and price must be given. A missing stock never changes.</param>
    /// <param name="errors">Receives the errors by field.</param>
    public static ProductChange? Read(ProductInput input, string? id, bool isWhole, Dictionary<string, string[]> errors)
    {
        var name = input.Name?.Trim();
        if (name is null ? isWhole : name.Length is 0 or > NameLengthMax || name.Any(char.IsControl))
            errors["name"] = [$"must have 1 to {NameLengthMax} characters, and no control characters."];
        var description = input.Description?.Trim().ReplaceLineEndings("\n") ?? (isWhole ? "" : null);
        if (description is not null && (description.Length > DescriptionLengthMax || description.Any(static c => char.IsControl(c) && c != '\n')))
            errors["description"] = [$"must have at most {DescriptionLengthMax} characters, and no control characters but line breaks."];
        if (input.Price is null ? isWhole : input.Price is < 1 or > AmountMax) errors["price"] = [Range(1)];
        if (input.Stock is < 0 or > AmountMax) errors["stock"] = [Range(0)];
        if (input.State is not (null or Active or Hidden)) errors["state"] = [$"must be {Active} or {Hidden}."];
        if (input.ItemId is not null && input.ItemId != id) errors["item_id"] = ["must be omitted, or match the path."];
        if (input.Picture is { } path && !path.StartsWith("/products/", StringComparison.Ordinal) && !path.StartsWith("/pictures/", StringComparison.Ordinal))
            errors["picture"] = ["must be omitted. Upload a picture with PUT /products/{id}/picture."];
        if (errors.Count > 0) return null;
        ProductState? state = input.State switch
        {
            Hidden => ProductState.Hidden,
            Active => ProductState.Active,
            _ => isWhole ? ProductState.Active : null,
        };
        return new(name, description, input.Price, input.Stock, state);
    }

    private static string Range(long min) => string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {min} to {AmountMax}.");
}
