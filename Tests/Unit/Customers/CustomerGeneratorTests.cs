extern alias CustomerApi;
using System.Text.Json;
using CustomerApi::Customer.Api.Customers;
using LoadTest.Customers;
using MongoDB.Bson;
using ServiceDefaults;
using Tests.Unit.LoadTest;

namespace Tests.Unit.Customers;

[Trait("Category", "Unit")]
public sealed class CustomerGeneratorTests
{
    private static readonly CustomerGenerator Generator = new(1);

    [Fact]
    public void The_same_number_gives_the_same_customer_unless_the_seed_differs()
    {
        foreach (var index in (long[])[0, 1, 999, 123_456_789])
        {
            Assert.Equal(Generator.Make(index), new CustomerGenerator(1).Make(index));
            Assert.NotEqual(Generator.Make(index), new CustomerGenerator(2).Make(index));
        }
    }

    [Fact]
    public void Ids_and_addresses_are_unique_and_ids_grow()
    {
        var customers = Customers(5_000);
        Assert.Equal(5_000, customers.Select(customer => customer["email"].AsString).Distinct().Count());
        var ids = customers.Select(customer => customer["_id"].AsString).ToArray();
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(5_000, ids.Distinct().Count());
        Assert.All(ids, id => Assert.True(PathValues.IsId(id) && ObjectId.TryParse(id, out _)));
    }

    /// <summary>The loader stores the same document as the service would.</summary>
    [Fact]
    public void Customers_are_valid_for_the_service()
    {
        foreach (var customer in Customers(500))
        {
            var errors = new FieldErrors();
            var read = CustomerReader.Read(CustomerReaderTests.Write(customer), DateTime.UtcNow, errors, out var id);
            Assert.False(errors.Any, errors.Detail());
            Assert.Equal(customer["_id"].AsString, id);
            foreach (var name in read!.Names.Where(name => name != "words"))
                Assert.True(read[name].Equals(customer[name]), $"{name}: {customer[name]}, not {read[name]}");
            Assert.Equal(read["words"].AsBsonArray.Select(word => word.AsString).Order(StringComparer.Ordinal),
                customer["words"].AsBsonArray.Select(word => word.AsString).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void They_are_plausible_and_about_a_kilobyte()
    {
        var customers = Customers(5_000);
        Assert.InRange(Enumerable.Range(0, 5_000).Average(index => Generator.Make(index).Length), 850, 1150);
        Assert.InRange(customers.Count(customer => customer["status"] == "active"), 3_900, 4_300);
        Assert.Equal(12, customers.Select(customer => customer["country"].AsString).Distinct().Count());
        Assert.True(customers.Select(customer => customer["name"].AsString).Distinct().Count() > 4_000);
        var months = customers.CountBy(customer => customer["created_at"].ToUniversalTime().ToString("yyyy-MM", null)).OrderBy(month => month.Key).ToArray();
        Assert.Equal(36, months.Length);
        Assert.True(months[^6..].Sum(month => month.Value) > 4 * months[..6].Sum(month => month.Value));
    }

    [Fact]
    public void Indexes_are_the_services_own() => Assert.Equal(
        CustomerIndexes.Indexes.Select(index => JsonSerializer.Serialize(new { index.Name, index.Fields, index.IsUnique, index.IsSparse })),
        CustomerIndexSet.Indexes.Select(index => JsonSerializer.Serialize(new { index.Name, index.Fields, index.IsUnique, index.IsSparse })));

    [Theory]
    [InlineData("--size 10GB", 10_000_000_000, 0)]
    [InlineData("--size=1.5mb", 1_500_000, 0)]
    [InlineData("--count 7 --seed 3 --parallel 2", 0, 7)]
    public void Options_are_read(string line, long size, long count)
    {
        var options = CommandLine.Options<CustomersOptions>(CustomersOptions.Command, line.Split(' '));
        Assert.Equal((size, count), (options.SizeBytes, options.Count));
    }

    [Theory]
    [InlineData("--seed 1", "Give either --size or --count.")]
    [InlineData("--size 1GB --count 1", "Give either --size or --count.")]
    [InlineData("--size 10", "--size must be like 500MB or 10GB, 1TB at most; '10' was given.")]
    [InlineData("--size -1GB", "--size must be like 500MB or 10GB, 1TB at most; '-1GB' was given.")]
    [InlineData("--size 2TB", "--size must be like 500MB or 10GB, 1TB at most; '2TB' was given.")]
    [InlineData("--count 0", "--count must be a whole number from 1 to 1000000000; '0' was given.")]
    [InlineData("--count 1 --target x", "'--target' is not a valid command or option.")]
    public void Invalid_options_are_named(string line, string message) =>
        Assert.Equal(message, CommandLine.Error("customers load " + line));

    [Theory]
    [InlineData(0, "loading      0.0 %  0 of 1,000  0/s  ")]
    [InlineData(250, "loading     25.0 %  250 of 1,000  10/s  1:15 left")]
    public void Progress_shows_the_remaining_time(long count, string line) =>
        Assert.Equal(line, LoadProgress.Line(count, 1_000, count > 0 ? 10 : 0));

    private static List<BsonDocument> Customers(int count) =>
        [.. Enumerable.Range(0, count).Select(index => new BsonDocument(new RawBsonDocument(Generator.Make(index)).Elements))];
}
