extern alias StorefrontWeb;
using StorefrontWeb::Storefront.Web.Orders;

namespace Tests.Unit.Storefront;

[Trait("Category", "Unit")]
public sealed class OrderNumberTests
{
    private const string Id = "5f0c1c1e-8a54-8c0b-9f5e-2b1a4b0a7c11";

    [Theory]
    [InlineData(Id)]
    [InlineData(" 5F0C1C1E-8A54-8C0B-9F5E-2B1A4B0A7C11 ")]
    [InlineData("#5f0c1c1e-8a54-8c0b-9f5e-2b1a4b0a7c11")]
    [InlineData("# 5f0c1c1e-8a54-8c0b-9f5e-2b1a4b0a7c11")]
    [InlineData("5f0c1c1e8a548c0b9f5e2b1a4b0a7c11")]
    [InlineData("http://localhost:8000/orders/5f0c1c1e-8a54-8c0b-9f5e-2b1a4b0a7c11")]
    [InlineData("https://shop.example/orders/5F0C1C1E-8A54-8C0B-9F5E-2B1A4B0A7C11/?a=b#main")]
    [InlineData("localhost:8000/orders/find/5f0c1c1e-8a54-8c0b-9f5e-2b1a4b0a7c11")]
    [InlineData("/Orders/5f0c1c1e-8a54-8c0b-9f5e-2b1a4b0a7c11#main")]
    public void A_number_is_recognized_in_any_spelling(string entry) => Assert.Equal(Id, OrderNumber.Parse(entry));

    [Theory]
    [InlineData("#5F0C1C1E", "5f0c1c1e")]
    [InlineData("5f0c1c1e…", "5f0c1c1e")]
    [InlineData("5f0c1c1e...", "5f0c1c1e")]
    [InlineData("17", "17")]
    [InlineData("", "")]
    [InlineData("#", "")]
    [InlineData("/orders/", "")]
    public void A_short_number_stays_short(string entry, string number) => Assert.Equal(number, OrderNumber.Parse(entry));

    [Fact]
    public void The_short_form_can_be_looked_up() => Assert.StartsWith(OrderNumber.Parse($"#{OrderNumber.Short(Id)}"), Id, StringComparison.Ordinal);
}
