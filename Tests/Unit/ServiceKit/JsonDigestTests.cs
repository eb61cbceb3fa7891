using System.Text.Json;
using ServiceKit.Idempotency;

namespace Tests.Unit.ServiceKit;

[Trait("Category", "Unit")]
public sealed class JsonDigestTests
{
    [Theory]
    [InlineData("""{"a":1,"b":[true,null]}""", """ { "b" : [ true , null ] , "a" : 1 } """)]
    [InlineData("""{"a":{"x":1,"y":2}}""", """{"a":{"y":2,"x":1}}""")]
    [InlineData("\"A\u00E9/\"", "\"\\u0041\\u00e9\\/\"")]
    [InlineData("1", "1.0")]
    [InlineData("1", "10e-1")]
    [InlineData("100", "1E+2")]
    [InlineData("0", "-0.00e7")]
    [InlineData("-0.5", "-5e-1")]
    public void The_same_meaning_has_the_same_digest(string one, string other) => Assert.Equal(Digest(one), Digest(other));

    [Theory]
    [InlineData("""{"a":1}""", """{"a":2}""")]
    [InlineData("""{"a":1}""", """{"a":"1"}""")]
    [InlineData("""{"a":1}""", """{"A":1}""")]
    [InlineData("""{"a":null}""", "{}")]
    [InlineData("[1,2]", "[2,1]")]
    [InlineData("[[1],2]", "[[1,2]]")]
    [InlineData("""["ab","c"]""", """["a","bc"]""")]
    [InlineData("""{"a":"b"}""", """["a","b"]""")]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("1e999999999999", "1e999999999998")]
    [InlineData("1", "-1")]
    [InlineData("\"[\"", "[]")]
    [InlineData("true", "\"true\"")]
    [InlineData("\"\\ud800\"", "\"\\ud801\"")]
    [InlineData("{\"\\ud800\":1}", "{\"\\ud801\":1}")]
    public void Another_meaning_has_another_digest(string one, string other) => Assert.NotEqual(Digest(one), Digest(other));

    [Fact]
    public void A_digest_is_stored_so_it_stays_the_same() => Assert.Equal("844bc5a74d4050af3c88cf16b2f757c6", Digest("""{"a":[1,"x",null]}"""));

    private static string Digest(string json)
    {
        using var document = JsonDocument.Parse(json);
        return IdempotencyKey.Digest(document.RootElement);
    }
}
