using LoadTest.Checkouts;
using LoadTest.Scenarios;

namespace Tests.Unit.LoadTest;

[Trait("Category", "Unit")]
public sealed class ScenarioOptionsTests
{
    [Fact]
    public void Without_options_a_few_users_play_all_scenarios()
    {
        var options = Shop();
        Assert.Equal((32, 0, 20, 2, 1), (options.Users, options.RatePerSecond, options.DurationSeconds, options.RampSeconds, options.Seed));
        Assert.Equal(["http://localhost:8000"], options.Targets.Select(static target => target.ToString()));
        Assert.Equal(["item", "one", "two", "remove", "no-stock", "no-credit"], options.Set.All.Select(static scenario => scenario.Name));
    }

    [Fact]
    public void Weights_and_several_addresses_can_be_given()
    {
        var options = Shop("--weights", "two=3,item,one=0", "--target", "http://127.0.0.1:1,http://127.0.0.1:2", "--connections", "7", "--rate=5");
        Assert.Equal([("item", 1), ("two", 3)], options.Set.All.Select(static scenario => (scenario.Name, scenario.Weight)));
        Assert.Equal(["http://127.0.0.1:1", "http://127.0.0.1:2"], options.Targets.Select(static target => target.ToString()));
        Assert.Equal((7, 5), (options.Users, options.RatePerSecond));
        var chosen = Enumerable.Range(0, 400).Select(seed => options.Set.Choose(new Random(seed)).Name).CountBy(static name => name).ToDictionary();
        Assert.InRange(chosen["two"], 250, 350);
    }

    [Theory]
    [InlineData("--users 0", "--users must be a whole number from 1 to 1000; '0' was given.")]
    [InlineData("--users 1 --connections 1", "Option '--users' expects a single argument but 2 were provided.")]
    [InlineData("--rate 0", "--rate must be a whole number from 1 to 1000000; '0' was given.")]
    [InlineData("--ramp -1", "--ramp must be a whole number from 0 to 600; '-1' was given.")]
    [InlineData("--weights rain=1", "--weights: unknown scenario 'rain'; there are storm, payload, crud.")]
    [InlineData("--weights storm=x", "--weights must be a whole number from 0 to 1000; 'x' was given.")]
    [InlineData("--weights storm,storm", "--weights: storm is given twice.")]
    [InlineData("--weights storm=0", "--weights: at least one must be above 0.")]
    [InlineData("--target http://127.0.0.1:1,http://127.0.0.1:2 --users 1", "2 targets require at least as many users; --users is 1.")]
    [InlineData("--target http://127.0.0.1:1,ftp://x", "--target must be a URL like http://localhost:8000; 'ftp://x' was given.")]
    [InlineData("--size 5", "'--size' is not a valid command or option.")]
    public void Invalid_options_are_reported(string line, string message) => Assert.Equal(message, CommandLine.Error("storm " + line));

    [Fact]
    public void Consistency_has_a_size()
    {
        var options = CommandLine.Options<ConsistencyOptions>(ConsistencyOptions.Command);
        Assert.Equal((1_000, 256), (options.Size, options.Connections));
        Assert.Equal("--size must be a whole number from 10 to 1000000; '9' was given.", CommandLine.Error("consistency --size 9"));
    }

    private static ScenarioOptions Shop(params string[] arguments) =>
        CommandLine.Options<ScenarioOptions>(run => ScenarioOptions.Command(ShopScenarios.Set, run), arguments);
}
