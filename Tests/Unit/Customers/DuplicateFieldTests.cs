extern alias CustomerApi;
using CustomerApi::Customer.Api.Customers;

namespace Tests.Unit.Customers;

[Trait("Category", "Unit")]
public sealed class DuplicateFieldTests
{
    [Theory]
    [InlineData("E11000 duplicate key error collection: shop.customers index: customers_email dup key: { email: \"a@b.co\" }", "email")]
    [InlineData("E11000 duplicate key error collection: shop.customers index: customers_user_id dup key: { user_id: \"customers_email\" }", "user_id")]
    [InlineData("E11000 duplicate key error collection: shop.customers index: _id_ dup key: { _id: \"customers_email\" }", "customer_id")]
    [InlineData("E11000 duplicate key error collection: shop.customers_email index: _id_ dup key: { _id: \" index: customers_email \" }", "customer_id")]
    [InlineData("Duplicate key violation on the requested collection: Index 'customers_email'", "email")]
    [InlineData("Duplicate key violation on the requested collection: Index '_id_'", "customer_id")]
    public void The_field_comes_from_the_index_regardless_of_the_values(string message, string field) =>
        Assert.Equal(field, CustomerIndexes.FieldOf(message));
}
