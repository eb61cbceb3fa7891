using System.Text.RegularExpressions;

namespace LoadTest.Scenarios;

/// <summary>Simulates visitors who look around in the storefront and buy nothing.</summary>
internal static partial class BrowseScenarios
{
    public static ScenarioSet Set { get; } = new("browse", "Loads the storefront's pages",
        [new("look", 6, Look), new("basket", 3, Basket), new("account", 1, Account)]);

    private static IEnumerable<Call> Look(Visit visit)
    {
        yield return Call.Get("home", "/");
        var products = Product().Matches(visit.Page());
        visit.Check(products.Count > 0, "no products");
        if (products.Count == 0) yield break;
        yield return Call.Get("product", products[visit.Random.Next(products.Count)].Value);
        visit.Check(visit.Page().Contains("All products", StringComparison.Ordinal), "not the page");
    }

    private static IEnumerable<Call> Basket(Visit visit)
    {
        yield return Call.Get("home", "/");
        yield return Call.Get("basket", "/basket");
        visit.Check(visit.Page().Contains("Your basket", StringComparison.Ordinal), "not the page");
    }

    private static IEnumerable<Call> Account(Visit visit)
    {
        yield return Call.Get("account", "/account");
        visit.Check(visit.Page().Contains("Your account", StringComparison.Ordinal), "not the page");
    }

    [GeneratedRegex("/catalog/[A-Za-z0-9-]+")]
    private static partial Regex Product();
}
