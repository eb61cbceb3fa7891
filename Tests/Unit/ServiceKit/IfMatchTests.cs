using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using ServiceKit.Http;

namespace Tests.Unit.ServiceKit;

[Trait("Category", "Unit")]
public sealed class IfMatchTests
{
    private const string Tag = "\"abc\"";

    [Theory]
    [InlineData("\"abc\"", true)]
    [InlineData("\"x\", \"abc\"", true)]
    [InlineData("\"x\"", false)]
    [InlineData("W/\"abc\"", true)] // as the gateway sends it with a compressed answer
    [InlineData("W/\"abc\", \"abc\"", true)]
    public void If_Match_compares_weakly(string header, bool isMet) => Assert.Equal(isMet, IfMatch.Read(header)!.IsMet(Tag));

    [Fact]
    public void Two_headers_are_one_list() => Assert.True(IfMatch.Read(new StringValues(["\"x\"", Tag]))!.IsMet(Tag));

    [Fact]
    public void A_wildcard_is_not_a_precondition()
    {
        Assert.Null(IfMatch.Read(default));
        Assert.Null(IfMatch.Read("*"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("\"abc")]
    [InlineData("*, \"abc\"")]
    [InlineData("\"abc\" x")]
    public void A_malformed_header_is_refused(string header) =>
        Assert.Equal(StatusCodes.Status400BadRequest, Assert.Throws<BadHttpRequestException>(() => IfMatch.Read(header)).StatusCode);

    [Theory]
    [InlineData("\"abc\"", true)]
    [InlineData("W/\"abc\"", true)]
    [InlineData("*", true)]
    [InlineData("\"x\"", false)]
    [InlineData("abc", false)]
    [InlineData("", false)]
    public void If_None_Match_compares_weakly(string header, bool isKnown) => Assert.Equal(isKnown, IfMatch.IsKnown(header, Tag));
}
