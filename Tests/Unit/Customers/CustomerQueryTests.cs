extern alias CustomerApi;
using CustomerApi::Customer.Api.Customers;
using MongoDB.Bson;

namespace Tests.Unit.Customers;

[Trait("Category", "Unit")]
public sealed class CustomerQueryTests
{
    private static readonly CustomerListParameters Nothing = new(null, null, null, null, null, null, null, null);

    [Fact]
    public void Without_parameters_it_is_the_first_page()
    {
        var query = Read(Nothing);
        Assert.Equal((20, 0, 0), (query.Limit, query.Skip, query.Filter().ElementCount));
        Assert.Equal(new BsonDocument("_id", 1), query.Sort());
    }

    [Fact]
    public void A_cursor_continues_after_its_customer_with_the_same_filters_only()
    {
        var parameters = Nothing with { Country = "de", Status = "active", Order = "desc" };
        var cursor = Read(parameters).CursorAfter("c-17");
        Assert.DoesNotContain("c-17", cursor, StringComparison.Ordinal);
        var next = Read(parameters with { Cursor = cursor, Limit = "1000" });
        Assert.Equal(
            new BsonDocument { { "status", "active" }, { "country", "DE" }, { "_id", new BsonDocument("$lt", "c-17") } }, next.Filter());
        Assert.Equal(new BsonDocument("_id", -1), next.Sort());
        foreach (var other in (CustomerListParameters[])[
            parameters with { Country = "FR" }, parameters with { Order = "asc" }, parameters with { Status = null },
            parameters with { Search = "ana" }, parameters with { UserId = "u" }])
            AssertWrong(other with { Cursor = cursor }, "cursor");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("!")]
    [InlineData("AAAA")]
    [InlineData("====")]
    public void A_forged_cursor_is_rejected(string cursor) => AssertWrong(Nothing with { Cursor = cursor }, "cursor");

    [Fact]
    public void A_search_matches_word_prefixes_or_an_address_prefix()
    {
        Assert.Equal(new BsonDocument("words", new BsonRegularExpression("^ana")), Read(Nothing with { Search = " ANA " }).Filter());
        Assert.Equal(2, Read(Nothing with { Search = "ana.lima" }).Filter()["$and"].AsBsonArray.Count);
        Assert.Equal(new BsonDocument("words", new BsonRegularExpression("^\u738B")), Read(Nothing with { Search = "\u738B" }).Filter());
        Assert.Equal(new BsonDocument("words", new BsonRegularExpression("^jose")), Read(Nothing with { Search = "Jose\u0301" }).Filter());
        var email = Read(Nothing with { Search = "Ana@Ex" }).Filter()["email"].AsBsonDocument;
        Assert.Equal(("ana@ex", "ana@ex\uFFFF"), (email["$gte"].AsString, email["$lt"].AsString));
    }

    [Theory]
    [InlineData(".*", "search")]
    [InlineData("one two three four five", "search")]
    public void A_search_that_would_match_everything_is_rejected(string search, string field) => AssertWrong(Nothing with { Search = search }, field);

    [Theory]
    [InlineData("0")]
    [InlineData("1001")]
    [InlineData("-1")]
    [InlineData("ten")]
    [InlineData("1.0")]
    public void A_limit_out_of_range_is_refused(string limit) => AssertWrong(Nothing with { Limit = limit }, "limit");

    [Fact]
    public void All_invalid_parameters_are_named()
    {
        var (tooDeep, some) = ("10001", "1");
        AssertWrong(Nothing with { Skip = tooDeep }, "skip");
        AssertWrong(Nothing with { Skip = some, Cursor = Read(Nothing).CursorAfter("c") }, "skip");
        AssertWrong(Nothing with { Order = "down" }, "order");
        AssertWrong(Nothing with { Status = "gone" }, "status");
        AssertWrong(Nothing with { Country = "Mars" }, "country");
        AssertWrong(Nothing with { UserId = "a b" }, "user_id");
    }

    private static CustomerQuery Read(CustomerListParameters parameters)
    {
        var errors = new FieldErrors();
        var query = CustomerQuery.Read(parameters, errors);
        Assert.False(errors.Any, errors.Detail());
        return query!;
    }

    private static void AssertWrong(CustomerListParameters parameters, string field)
    {
        var errors = new FieldErrors();
        Assert.Null(CustomerQuery.Read(parameters, errors));
        Assert.Equal([field], errors.ToDictionary().Keys);
    }
}
