using System.Net;
using System.Text.Json;

namespace Tests.Cluster;

/// <summary>Helpers shared by the customer tests.</summary>
internal sealed class CustomerClient(ShopClient shop)
{
    private const int ListCount = 30;

    public static string NewEmail() => $"t{Guid.NewGuid():N}@example.com";

    public static IReadOnlyList<string> Ids(JsonElement page) =>
        [.. page.GetProperty("customers").EnumerateArray().Select(customer => customer.GetProperty("customer_id").GetString()!)];

    /// <summary>Returns the given number of customers as a JSON array.</summary>
    public static string Many(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"name":"Many {{i}}","email":"{{NewEmail()}}"}"""));

    public async Task<JsonElement> CreateAsync(string json)
    {
        var answer = await shop.SendAsync("POST", "/customers", json);
        Assert.True(answer.Status == HttpStatusCode.Created, $"{(int)answer.Status} {answer.Body}");
        return JsonElement.Parse(answer.Body);
    }

    public async Task<JsonElement> OkAsync(string method, string url, string json)
    {
        var answer = await shop.SendAsync(method, url, json);
        Assert.True(answer.Status == HttpStatusCode.OK, $"{method} {url}: {(int)answer.Status} {answer.Body}");
        return JsonElement.Parse(answer.Body);
    }

    public async Task<(HttpStatusCode Status, string? Problem)> StatusAsync(string method, string url, string json)
    {
        var answer = await shop.SendAsync(method, url, json);
        return (answer.Status, answer.Problem);
    }

    public async Task RefusedAsync(string method, string url, string json, HttpStatusCode status, string problem) =>
        Assert.Equal((status, problem), await StatusAsync(method, url, json));

    public async Task DuplicateAsync(string method, string url, string json, string field)
    {
        var answer = await shop.SendAsync(method, url, json);
        Assert.Equal((HttpStatusCode.Conflict, "duplicate-customer"), (answer.Status, answer.Problem));
        Assert.Equal([field], JsonElement.Parse(answer.Body).GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    /// <summary>Creates thirty inactive customers of Malta, a combination that no other test uses.</summary>
    public async Task EnsureListAsync()
    {
        if ((await shop.GetAsync("/customers?search=zebediah.quux0@lists")).GetProperty("count").GetInt32() > 0) return;
        var json = string.Join(',', Enumerable.Range(0, ListCount).Select(i =>
            $$"""{"name":"Zebediah Quux","email":"zebediah.quux{{i}}@lists.example","country":"MT","status":"inactive"}"""));
        Assert.Equal(HttpStatusCode.Created, (await shop.SendAsync("POST", "/customers/batch", $"[{json}]")).Status);
    }
}
