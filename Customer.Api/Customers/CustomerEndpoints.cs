using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using MongoDB.Bson;
using ServiceDefaults;
using ServiceKit.Http;
using ServiceKit.Idempotency;

namespace Customer.Api.Customers;

/// <summary>Endpoints to list, read, create, replace and delete customers. Impossible IDs get a 404 without querying the database.</summary>
internal static class CustomerEndpoints
{
    /// <summary>Maximum size of a batch's body: 1,000 customers of 16 kB.</summary>
    private const int BatchBytesMax = 16 * 1024 * 1024;

    public static void MapCustomers(this WebApplication app)
    {
        var customers = app.MapGroup("/customers").WithTags("Customers").ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        customers.MapGet("", ListAsync).WithName("ListCustomers").Produces<CustomerPageView>()
            .WithSummary("Returns a page of customers, ordered by id. limit: 1 to 1000 (default 20); skip: up to 10000, or cursor for any depth; order: asc or "
                + "desc. Filters: status, country, user_id, and search (word prefixes of name and address, or a prefix of an email address with its @).");
        customers.MapGet("/{customer_id}", FindAsync).WithName("FindCustomer").Produces<CustomerView>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Returns a customer.");
        customers.MapPost("", CreateAsync).WithName("CreateCustomer").Accepts<CustomerInput>("application/json")
            .Produces<CustomerView>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status409Conflict).WithSummary("Creates a customer.");
        customers.MapPost("/batch", CreateBatchAsync).WithName("CreateCustomers").Accepts<CustomerInput[]>("application/json")
            .Produces<BatchView>(StatusCodes.Status201Created).Produces<BatchView>(StatusCodes.Status207MultiStatus)
            .WithMetadata(new RequestSizeLimitAttribute(BatchBytesMax))
            .WithSummary("Creates up to 1000 customers, each independently of the others. The body is an array, or an object with a customers array. "
                + "Returns 201 if all were created, otherwise 207.");
        customers.MapPut("/{customer_id}", ReplaceAsync).WithName("ReplaceCustomer").Accepts<CustomerInput>("application/json").Produces<CustomerView>()
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed).WithSummary("Replaces a customer. With If-Match, only if its ETag matches.");
        customers.MapDelete("/{customer_id}", DeleteAsync).WithName("DeleteCustomer").Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .WithSummary("Deletes a customer. With If-Match, only if its ETag matches.");
    }

    private static async Task<IResult> ListAsync([AsParameters] CustomerListParameters parameters, CustomerStore store, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        if (CustomerQuery.Read(parameters, errors) is not { } query) return errors.ToProblem();
        var customers = await store.PageAsync(query, cancellationToken);
        var hasMore = customers.Count > query.Limit;
        if (hasMore)
        {
            customers[query.Limit].Dispose();
            customers.RemoveAt(query.Limit);
        }

        var next = hasMore ? query.CursorAfter(customers[^1][Fields.Id].AsString) : null;
        return new JsonResult(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("customers");
            foreach (var customer in customers)
            {
                using (customer) json.WriteCustomer(customer); // returns its buffer to the driver's pool
            }

            json.WriteEndArray();
            json.WriteNumber("count", customers.Count);
            json.WriteNumber("limit", query.Limit);
            json.WriteNumber("skip", query.Skip);
            json.WriteString("next_cursor", next);
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> FindAsync([FromRoute(Name = "customer_id")] string id, CustomerStore store) =>
        PathValues.IsId(id) && await store.FindAsync(id) is { } customer ? new CustomerResult(customer) : Unknown();

    private static async Task<IResult> CreateAsync([FromBody] JsonElement body, CustomerStore store, IdempotencyKey? key, TimeProvider time)
    {
        var entry = BatchEntry.Read(body, 0, key, Now(time));
        if (entry.Document is not { } document) return entry.Errors.ToProblem();
        var outcome = await store.InsertAsync(document);
        if (outcome.DuplicateOf is null) return Created(document);
        if (key is null) return FieldErrors.Duplicate(outcome.DuplicateOf);
        return await entry.RepeatAsync(store) switch
        {
            { } repeated => Created(repeated),
            _ when entry.IsKeyReused => Problems.KeyReused(),
            _ => FieldErrors.Duplicate(outcome.DuplicateOf),
        };
    }

    private static async Task<IResult> CreateBatchAsync([FromBody] JsonElement body, CustomerStore store, IdempotencyKey? key, TimeProvider time)
    {
        if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty("customers", out var inner) && body.GetPropertyCount() == 1) body = inner;
        if (body.ValueKind != JsonValueKind.Array || body.GetArrayLength() is 0 or > CustomerBatch.CountMax)
        {
            var errors = new FieldErrors();
            errors.Add("customers", $"must be an array of 1 to {CustomerBatch.CountMax} customers.");
            return errors.ToProblem();
        }

        var batch = CustomerBatch.Read(body, key, Now(time));
        await batch.StoreAsync(store);
        return new JsonResult(batch.Write, batch.AreAllCreated ? StatusCodes.Status201Created : StatusCodes.Status207MultiStatus);
    }

    private static async Task<IResult> ReplaceAsync(
        [FromRoute(Name = "customer_id")] string id, [FromBody] JsonElement body, CustomerStore store, IfMatch? match, TimeProvider time)
    {
        if (!PathValues.IsId(id)) return Unknown();
        var (errors, now) = (new FieldErrors(), Now(time));
        var fields = CustomerReader.Read(body, now, errors, out var given);
        if (given is not null && given != id) errors.Add(Fields.CustomerId, "must be omitted, or match the path.");
        if (fields is null || errors.Any) return errors.ToProblem();
        return await store.ReplaceAsync(id, fields, now, match) switch
        {
            { IsStale: true } => Stale(),
            { Document: { } document } => new CustomerResult(document),
            { DuplicateOf: { } field } => FieldErrors.Duplicate(field),
            _ => Unknown(),
        };
    }

    private static async Task<IResult> DeleteAsync(
        [FromRoute(Name = "customer_id")] string id, CustomerStore store, IfMatch? match)
    {
        if (!PathValues.IsId(id)) return Unknown();
        return await store.DeleteAsync(id, match) switch
        {
            { IsStale: true } => Stale(),
            { Existed: true } => TypedResults.NoContent(),
            _ => Unknown(),
        };
    }

    private static CustomerResult Created(BsonDocument document) =>
        new(document, StatusCodes.Status201Created, $"/customers/{document[Fields.Id].AsString}");

    private static ProblemHttpResult Stale() =>
        Problems.PreconditionFailed("precondition-failed", "The customer is not the version in If-Match. Nothing was changed.");

    private static ProblemHttpResult Unknown() => Problems.NotFound("Customer not found.");

    // Truncated to milliseconds, as in MongoDB, so that the responses to a write and to a later read are the same.
    private static DateTime Now(TimeProvider time)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }
}
