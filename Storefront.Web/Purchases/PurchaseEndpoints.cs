using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults;
using ServiceKit.Idempotency;
using Storefront.Web.Checkout;
using Storefront.Web.Services;

namespace Storefront.Web.Purchases;

/// <summary>The API for programs: buy a product, look one up.</summary>
internal static class PurchaseEndpoints
{
    private static readonly Dictionary<string, string> Fields = new()
    {
        [nameof(CheckoutForm.Name)] = "customer_name",
        [nameof(CheckoutForm.Street)] = "street_address",
        [nameof(CheckoutForm.City)] = "city",
        [nameof(CheckoutForm.State)] = "state",
        [nameof(CheckoutForm.Zip)] = "zip_code",
        [nameof(CheckoutLine.Quantity)] = "quantity",
    };

    public static void MapPurchases(this WebApplication app)
    {
        var shop = app.MapGroup("").WithTags("Shop").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        shop.MapPost("/", BuyAsync).WithName("Buy")
            .WithSummary("Buys a product. Without a user_id, opens an account with the welcome credit.");
        shop.MapGet("/get_product", FindAsync).WithName("GetProduct").WithSummary("Finds a product by name.");
        shop.MapGet("/health_check", static () => TypedResults.Ok(new Healthy("Healthy"))).WithName("HealthCheck")
            .WithSummary("Returns 200 if the shop is running.");
    }

    private static async Task<Results<Created<Purchased>, Accepted<Purchased>, ProblemHttpResult>> BuyAsync(
        PurchaseRequest request, Catalog catalog, Cashier cashier, IdempotencyKey? key)
    {
        if (request.UserId is { } user && !PathValues.IsId(user)) return Problems.NotFound("User not found.");
        var form = new CheckoutForm
        {
            Name = request.CustomerName,
            Street = request.StreetAddress,
            City = request.City,
            State = request.State,
            Zip = request.ZipCode,
            Lines = [new CheckoutLine { Item = request.ProductName, Quantity = request.Quantity }],
        };
        if (Errors(form) is { Count: > 0 } errors)
        {
            var problem = Problems.Invalid("Some fields are missing or invalid.");
            problem.ProblemDetails.Extensions["errors"] = errors;
            return problem;
        }

        var (name, quantity) = ($"json-{key?.Id ?? Guid.NewGuid():N}", request.Quantity!.Value);
        var purchase = await catalog.FindByNameAsync(request.ProductName) is { } product
            ? await cashier.BuyAsync(name, request.UserId, [new(product.ItemId, quantity)], form.ToShipping())
            : await cashier.ResumeAsync(name, quantity); // the product may have been renamed or deleted since
        if (purchase is null) return Problems.NotFound("Product not found.");
        if (purchase.Refusal is { Name: "idempotency-key-reused" }) return Problems.KeyReused();
        if (purchase.Refusal is { } refusal) return Problems.Refused(refusal.Name, RefusalText.Of(refusal.Name));
        var purchased = new Purchased(purchase.OrderId!, purchase.UserId, purchase.IsPending ? "pending" : "paid");
        var address = $"/orders/{purchase.OrderId}";
        return purchase.IsPending ? TypedResults.Accepted(address, purchased) : TypedResults.Created(address, purchased);
    }

    private static Dictionary<string, string[]> Errors(CheckoutForm form)
    {
        var results = new List<ValidationResult>();
        foreach (var part in new object[] { form, form.Lines[0] }) Validator.TryValidateObject(part, new(part), results, validateAllProperties: true);
        return results
            .SelectMany(static result => result.MemberNames.Select(member => (Field: Fields.GetValueOrDefault(member, "product_name"), result.ErrorMessage)))
            .GroupBy(static error => error.Field, static error => error.ErrorMessage!).ToDictionary(static field => field.Key, static field => field.ToArray());
    }

    private static async Task<Results<Ok<ProductFound>, ProblemHttpResult>> FindAsync(
        [Microsoft.AspNetCore.Mvc.FromQuery(Name = "product_name")] string? name, Catalog catalog)
    {
        if (string.IsNullOrWhiteSpace(name)) return Problems.Invalid("product_name is required.");
        return await catalog.FindByNameAsync(name) is { } product
            ? TypedResults.Ok(new ProductFound(product.ItemId, product.Name, product.Description, product.PictureUrl, product.Price, product.Stock))
            : Problems.NotFound("Product not found.");
    }
}
