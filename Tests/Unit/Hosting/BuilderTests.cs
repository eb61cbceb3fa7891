using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Tests.Unit.Hosting;

[Trait("Category", "Unit")]
public sealed class BuilderTests : IDisposable
{
    private readonly Model _model = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _model.Dispose();

    [Fact]
    public void A_name_is_given_once_without_regard_to_case()
    {
        _model.Builder.AddContainer("cache", "redis");
        var trouble = Assert.Throws<DistributedApplicationException>(() => _model.Builder.AddParameter("Cache", "x"));
        Assert.Contains("Cache", trouble.Message, StringComparison.Ordinal);
        Assert.Single(_model.Builder.Resources);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1a")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a--b")]
    [InlineData("a_b")]
    [InlineData("a b")]
    [InlineData("caf\u00e9")]
    [InlineData("a1234567890123456789012345678901234567890123456789012345678901234")] // 65
    public void A_bad_name_is_refused(string name) => Assert.ThrowsAny<ArgumentException>(() => _model.Builder.AddContainer(name, "redis"));

    [Theory]
    [InlineData("a")]
    [InlineData("A-1-b")]
    [InlineData("a123456789012345678901234567890123456789012345678901234567890123")] // 64
    public void A_good_name_is_taken(string name) => Assert.Equal(name, _model.Builder.AddContainer(name, "redis").Resource.Name);

    [Fact]
    public void Two_endpoints_of_one_name_are_refused() =>
        Assert.Throws<DistributedApplicationException>(() => _model.AddApi("api", 7001).WithHttpEndpoint(name: "HTTP"));

    [Fact]
    public void Nothing_waits_for_itself()
    {
        var api = _model.AddApi("api", 7001);
        Assert.Contains("'api' cannot wait for 'api'", Assert.Throws<DistributedApplicationException>(() => api.WaitFor(api)).Message,
            StringComparison.Ordinal);
        Assert.Throws<DistributedApplicationException>(() => api.WaitForStart(api));
        Assert.Throws<DistributedApplicationException>(() => api.WaitForCompletion(api));
        Assert.Empty(api.Resource.Annotations.OfType<WaitAnnotation>());
    }

    [Fact]
    public void At_least_one_replica_runs()
    {
        var api = _model.AddApi("api", 7001);
        Assert.Throws<ArgumentOutOfRangeException>(() => api.WithReplicas(0));
        Assert.Equal(3, api.WithReplicas(2).WithReplicas(3).Resource.GetReplicaCount());
    }

    [Fact]
    public void A_project_that_is_missing_says_where_it_was_looked_for()
    {
        var trouble = Assert.Throws<DistributedApplicationException>(() => _model.Builder.AddProject("api", "../Nowhere"));
        Assert.Contains("Nowhere", trouble.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_comes_from_configuration_or_is_asked_for()
    {
        _model.Builder.Configuration["Parameters:given"] = "x";
        Assert.Equal("x", await _model.Builder.AddParameter("given").Resource.GetValueAsync(Ct));
        var trouble = await Assert.ThrowsAsync<MissingParameterValueException>(async ()
            => await _model.Builder.AddParameter("missing").Resource.GetValueAsync(Ct));
        Assert.Contains("Parameters__missing", trouble.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_generated_once_and_configuration_goes_before()
    {
        _model.Builder.Configuration["Parameters:b-password"] = "given";
        var a = ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(_model.Builder, "a-password", special: false);
        var b = ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(_model.Builder, "b-password");

        var password = await a.GetValueAsync(Ct);
        Assert.Matches("^[0-9A-Za-z]{22,}$", password);
        Assert.Equal(password, await a.GetValueAsync(Ct));
        Assert.Equal("given", await b.GetValueAsync(Ct));
        Assert.True(a.Secret);
    }

    [Fact]
    public void A_generated_text_has_at_least_what_was_asked_for()
    {
        var generator = new GenerateParameterDefault { MinLength = 12, MinLower = 3, MinUpper = 3, MinNumeric = 3, MinSpecial = 3 };
        for (var i = 0; i < 50; i++)
        {
            var text = generator.GetDefaultValue();
            Assert.Equal((12, 3, 3, 3), (text.Length, text.Count(char.IsAsciiLetterLower), text.Count(char.IsAsciiLetterUpper), text.Count(char.IsAsciiDigit)));
        }
    }
}
