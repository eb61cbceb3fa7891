using LoadTest.Checkouts;

namespace Tests.Unit.LoadTest;

[Trait("Category", "Unit")]
public sealed class CheckoutOptionsTests
{
    [Fact]
    public void Without_options_it_is_the_run_of_the_readme()
    {
        var options = CommandLine.Options<CheckoutOptions>(CheckoutOptions.Command);
        Assert.Equal((256, 20, 5, 0), (options.Connections, options.DurationSeconds, options.WarmupSeconds, options.RatePerSecond));
        Assert.Equal((650_000, 100_000, 100_000, 2), (options.Orders, options.Items, options.Users, options.Lines));
        Assert.True(options.IsVerified && options.HasBareHop);
    }

    [Theory]
    [InlineData("--duration 3600", 1_000_000)]
    [InlineData("--rate 100 --duration 10 --warmup 5", 1_600)]
    [InlineData("--lines 3", 100_000)]
    [InlineData("--orders auto --duration 1 --warmup 0", 50_000)]
    [InlineData("--orders 2000000", 2_000_000)]
    public void Automatic_orders_are_as_many_as_can_be_used_within_limits(string line, long orders) =>
        Assert.Equal(orders, CommandLine.Options<CheckoutOptions>(CheckoutOptions.Command, line.Split(' ')).Orders);

    [Theory]
    [InlineData("", 86_670)]
    [InlineData("--rate 100 --duration 10 --warmup 5", 217)]
    [InlineData("--duration 3600", 1_000_000)]
    public void A_mix_needs_orders_for_a_tenth_of_its_requests_and_some_to_add_items_to(string line, long orders) => Assert.Equal(
        orders, CommandLine.Options<CheckoutOptions>(CheckoutOptions.MixCommand, line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Orders);

    [Fact]
    public void A_hot_item_and_a_hot_user_are_one_each()
    {
        var options = CommandLine.Options<CheckoutOptions>(CheckoutOptions.Command, "--hot-item", "--hot-user", "--connections=7", "--no-bare");
        Assert.Equal((1, 1, 7, false), (options.Items, options.Users, options.Connections, options.HasBareHop));
    }

    [Theory]
    [InlineData("--connections 0", "--connections must be a whole number from 1 to 10000; '0' was given.")]
    [InlineData("--connections 10001", "--connections must be a whole number from 1 to 10000; '10001' was given.")]
    [InlineData("--connections", "Required argument missing for option: '--connections'.")]
    [InlineData("--duration 1.5", "--duration must be a whole number from 1 to 3600; '1.5' was given.")]
    [InlineData("--warmup -1", "--warmup must be a whole number from 0 to 600; '-1' was given.")]
    [InlineData("--orders many", "--orders must be a whole number from 1 to 10000000; 'many' was given.")]
    [InlineData("--duration 1 --duration 2", "Option '--duration' expects a single argument but 2 were provided.")]
    [InlineData("--json=", "Required argument missing for option: '--json'.")]
    [InlineData("--fast", "'--fast' is not a valid command or option.")]
    [InlineData("fast", "'fast' is not a valid command or option.")]
    [InlineData("--no-bare yes", "'yes' is not a valid command or option.")]
    [InlineData("--hot-item --items 2", "--hot-item means one item; it cannot be combined with --items.")]
    [InlineData("--hot-user --users 2", "--hot-user means one user; it cannot be combined with --users.")]
    [InlineData("--hot-item --lines 3", "--lines 3 requires at least as many items; --items is 1.")]
    [InlineData("--lines 5 --items 4", "--lines 5 requires at least as many items; --items is 4.")]
    [InlineData("--target https://localhost", "--target must be a URL like http://localhost:8000; 'https://localhost' was given.")]
    [InlineData("--target http://localhost:8000/orders", "--target must be a URL like http://localhost:8000; 'http://localhost:8000/orders' was given.")]
    public void Invalid_options_are_reported(string line, string message) => Assert.Equal(message, CommandLine.Error("checkout " + line));
}
