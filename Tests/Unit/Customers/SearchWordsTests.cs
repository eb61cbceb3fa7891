extern alias CustomerApi;
using CustomerApi::Customer.Api.Customers;
using LoadTest.Customers;

namespace Tests.Unit.Customers;

[Trait("Category", "Unit")]
public sealed class SearchWordsTests
{
    [Theory]
    [InlineData("Ana  LIMA, Jr.", "ana lima jr")]
    [InlineData("Jos\u00E9 Mar\u00EDa", "jose maria")]
    [InlineData("Jose\u0301 Mari\u0301a", "jose maria")]
    [InlineData("S\u00F8ren Stra\u00DFe \u0141uk\u00E1\u0161", "soren strasse lukas")]
    [InlineData("\u0130rem I\u015F\u0131k", "irem isik")]
    [InlineData("\u03A3\u03AF\u03C3\u03C5\u03C6\u03BF\u03C2 \u03A3\u0399\u03A3\u03A5\u03A6\u039F\u03A3", "\u03C3\u03B9\u03C3\u03C5\u03C6\u03BF\u03C3")]
    [InlineData("\u738B \u5C0F\u660E", "\u738B \u5C0F\u660E")]
    [InlineData("\u0939\u093F\u0928\u094D\u0926\u0940", "\u0939\u093F\u0928\u094D\u0926\u0940")] // vowel signs do not end a word
    [InlineData("\u05E9\u05C1\u05B8\u05DC\u05D5\u05B9\u05DD", "\u05E9\u05DC\u05D5\u05DD")]
    [InlineData("\u0645\u064F\u062D\u064E\u0645\u0651\u064E\u062F", "\u0645\u062D\u0645\u062F")]
    [InlineData("\uD55C\uAE00", "\uD55C\uAE00")]
    [InlineData("\u304C\u304E", "\u304C\u304E")]
    [InlineData("\uFF21\uFF4E\uFF41", "ana")]
    [InlineData("\U00010400\U00010428", "\U00010428\U00010428")]
    [InlineData("O'Brien x", "o brien x")]
    public void Words_are_folded(string text, string words) => Assert.Equal(words.Split(' '), SearchWords.Split(text));

    [Fact]
    public void Every_word_of_the_name_and_of_the_address_is_found()
    {
        Assert.Equal(["x", "ana", "lima77", "99"], SearchWords.Of("X Ana", "ana.lima77+99@example.com"));
        var name = string.Join(' ', Enumerable.Range(0, 40).Select(i => $"w{i}"));
        Assert.Equal(40, SearchWords.Of(name, "w1@example.com").Count);
    }

    [Fact]
    public void A_long_word_is_cut_between_characters()
    {
        Assert.Equal(new string('a', 40), SearchWords.Split(new string('a', 41)).Single());
        Assert.Equal(new string('a', 39), SearchWords.Split(new string('a', 39) + "\U00010428").Single());
    }

    [Fact]
    public void Names_of_the_load_generator_are_folded_as_the_services()
    {
        foreach (var name in new CustomerPools().Countries.SelectMany(country => country.FirstNames.Concat(country.LastNames)))
            Assert.Equal(SearchWords.Split(name.Text), name.Words);
    }
}
