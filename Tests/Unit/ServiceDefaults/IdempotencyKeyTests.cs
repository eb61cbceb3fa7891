using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using ServiceKit.Idempotency;

namespace Tests.Unit.ServiceDefaults;

[Trait("Category", "Unit")]
public sealed class IdempotencyKeyTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("8e03978e-40d5-43dd-bc93-6894a57f9324")]
    [InlineData("!~:;=@[]{}<>()/?\\|^`'$%&*+-.,_#")]
    public void Visible_ASCII_characters_are_a_key(string text) => Assert.NotNull(IdempotencyKey.Parse(text));

    [Fact]
    public void A_key_has_1_to_255_characters()
    {
        Assert.NotNull(IdempotencyKey.Parse(new string('k', 255)));
        Assert.Null(IdempotencyKey.Parse(new string('k', 256)));
        Assert.Null(IdempotencyKey.Parse(""));
        Assert.Null(IdempotencyKey.Parse(null));
        Assert.Null(IdempotencyKey.Parse("\"\""));
        Assert.Null(IdempotencyKey.Parse($"\"{new string('k', 256)}\""));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("   ")]
    [InlineData("a\tb")]
    [InlineData("a\u007Fb")]
    [InlineData("a\u00E9")]
    [InlineData("\" \"")]
    public void Spaces_control_characters_and_other_alphabets_are_not(string text) => Assert.Null(IdempotencyKey.Parse(text));

    [Fact]
    public void Surrounding_quotes_and_spaces_do_not_count()
    {
        Assert.Equal(IdempotencyKey.Parse("k1"), IdempotencyKey.Parse("\"k1\""));
        Assert.Equal(IdempotencyKey.Parse("k1"), IdempotencyKey.Parse("  k1 "));
    }

    [Fact]
    public void Other_texts_are_other_keys_and_case_counts()
    {
        string[] texts = ["k1", "k2", "K1", "k", "1k", "k1k1"];
        Assert.Equal(texts.Length, texts.Select(IdempotencyKey.Parse).Distinct().Count());
    }

    [Fact]
    public void An_id_is_a_UUID_of_version_8_and_the_same_in_every_process()
    {
        Assert.Equal(8, IdempotencyKey.Parse("k1")!.Id.Version);
        Assert.Equal(Guid.Parse("6ab9f1eb-8f7d-8388-b4f9-d586f66e99fd"), IdempotencyKey.Parse("k1")!.Id);
    }

    [Fact]
    public async Task A_request_without_the_header_has_no_key() => Assert.Null(await BindAsync());

    [Fact]
    public async Task A_request_with_one_has_it() => Assert.Equal(IdempotencyKey.Parse("k1"), await BindAsync("k1"));

    [Fact]
    public async Task Two_headers_are_refused_even_if_they_are_equal()
    {
        var refused = await Assert.ThrowsAsync<BadHttpRequestException>(() => BindAsync("k1", "k1"));
        Assert.Equal(StatusCodes.Status400BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task An_empty_header_is_refused() => await Assert.ThrowsAsync<BadHttpRequestException>(() => BindAsync(""));

    private static async Task<IdempotencyKey?> BindAsync(params string[] headers)
    {
        var context = new DefaultHttpContext();
        if (headers.Length > 0) context.Request.Headers[IdempotencyKey.Header] = new StringValues(headers);
        return await IdempotencyKey.BindAsync(context, null!);
    }
}
