using System.Globalization;
using System.Text;

namespace LoadTest.Scenarios;

/// <summary>Puts Customer.Api under stress: storms on its connection pool, large bodies both ways, and creating, changing and deleting customers.</summary>
internal static class StormScenarios
{
    private const int Operations = 500, Concurrency = 50, AnswerKbMax = 512, RequestKbMax = 64, UsersMax = 1_000;

    public static ScenarioSet Set { get; } = new("storm",
        "Opens storms of connections in Customer.Api, sends large bodies, and creates, changes and deletes customers",
        [new("storm", 1, Storm), new("payload", 4, Payload), new("crud", 5, Crud)])
    {
        UsersMax = UsersMax, BodyBytesMax = RequestKbMax * 1024,
    };

    // An instance runs one storm at a time and rejects others meanwhile.
    private static IEnumerable<Call> Storm(Visit visit)
    {
        yield return Call.Get("storm", $"/stress/connection-storm?operations={Operations}&concurrency={Concurrency}") with { OtherStatus = 503 };
        if (visit.Status == 200) visit.CheckNumber("failed", 0);
    }

    private static IEnumerable<Call> Payload(Visit visit)
    {
        var kb = visit.Random.Next(1, AnswerKbMax);
        yield return Call.Get("large answer", $"/stress/large-payload?size_kb={kb}");
        visit.Check(visit.BodyBytes > kb * 1024, "too short");
        var body = new byte[visit.Random.Next(1, RequestKbMax * 1024)];
        visit.Random.NextBytes(body);
        yield return Call.Post("large request", "/stress/large-payload") with { Body = body, ContentType = "application/octet-stream" };
        visit.CheckNumber("received_bytes", body.Length);
    }

    private static IEnumerable<Call> Crud(Visit visit)
    {
        yield return Call.Post("create customer", "/customers") with { Body = Customer(visit, "active"), Status = 201 };
        var path = $"/customers/{visit.Text("customer_id")}";
        yield return Call.Get("find customer", path);
        visit.Check(visit.Text("status") == "active", "wrong status");
        yield return new Call("replace customer", "PUT", path) { Body = Customer(visit, "inactive") };
        yield return Call.Get("list customers", "/customers?limit=20&status=inactive");
        yield return Call.Get("find customer", path);
        visit.Check(visit.Text("status") == "inactive", "wrong status");
        yield return new Call("delete customer", "DELETE", path) { Status = 204 };
        yield return Call.Get("find deleted", path) with { Status = 404 };
    }

    private static byte[] Customer(Visit visit, string status) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $$"""{"name":"Load Test","email":"load-{{visit.Unique}}@example.com","status":"{{status}}","country":"NL"}"""));
}
