using Bogus;

namespace LoadTest.Customers;

/// <summary>
/// Names, streets, towns and products for customers, generated once by Bogus and always the same. Generating a whole customer with Bogus takes 100 µs, which
/// would make this program the bottleneck instead of the engine.
/// </summary>
internal sealed class CustomerPools
{
    private const int SeedOfPools = 20_260_101, NamesPerCountry = 600, StreetsPerCountry = 400, CitiesPerCountry = 200, ProductsMax = 200;

    // Country, Bogus's locale, share of the customers in percent, prefix of phone numbers.
    private static readonly (string Code, string Locale, int Percent, string Phone)[] Places =
    [
        ("DE", "de", 20, "+49"), ("NL", "nl", 14, "+31"), ("FR", "fr", 12, "+33"), ("GB", "en_GB", 12, "+44"), ("US", "en_US", 10, "+1"),
        ("ES", "es", 8, "+34"),
        ("IT", "it", 7, "+39"), ("PL", "pl", 5, "+48"), ("BE", "nl_BE", 4, "+32"), ("SE", "sv", 3, "+46"), ("PT", "pt_PT", 3, "+351"),
        ("AT", "de_AT", 2, "+43"),
    ];

    private readonly byte[] _placeOfPercent = new byte[100];

    public CustomerPools()
    {
        Countries = [.. Places.Select(static place => new Country(place.Code, place.Locale, place.Phone))];
        for (int place = 0, percent = 0; place < Places.Length; place++)
        {
            for (var i = 0; i < Places[place].Percent; i++) _placeOfPercent[percent++] = (byte)place;
        }

        var faker = New("en");
        Products = [.. Enumerable.Range(0, ProductsMax * 3).Select(_ => faker.Commerce.ProductName()).Distinct().Take(ProductsMax)
            .Select(name => new MadeUpProduct(name, faker.Random.Long(3, 400)))];
    }

    public IReadOnlyList<Country> Countries { get; }

    /// <summary>The products; the first ones are bought most often.</summary>
    public IReadOnlyList<MadeUpProduct> Products { get; }

    /// <summary>Chooses a country, weighted by its share of the customers.</summary>
    public Country CountryOf(ulong random) => Countries[_placeOfPercent[(int)(random % 100)]];

    private static Faker New(string locale) => new(locale) { Random = new Randomizer(SeedOfPools) };

    /// <summary>The parts of customers of one country.</summary>
    internal sealed class Country
    {
        public Country(string code, string locale, string phone)
        {
            var faker = New(locale);
            (Code, Phone) = (code, phone);
            FirstNames = Names(() => faker.Name.FirstName(), NamesPerCountry);
            LastNames = Names(() => faker.Name.LastName(), NamesPerCountry);
            Streets = [.. Enumerable.Range(0, StreetsPerCountry).Select(_ => faker.Address.StreetName())];
            Cities = [.. Enumerable.Range(0, CitiesPerCountry).Select(_ => new City(faker.Address.City(), faker.Address.State(), faker.Address.ZipCode()))];
        }

        public string Code { get; }

        public string Phone { get; }

        public IReadOnlyList<Name> FirstNames { get; }

        public IReadOnlyList<Name> LastNames { get; }

        public IReadOnlyList<string> Streets { get; }

        public IReadOnlyList<City> Cities { get; }

        private static List<Name> Names(Func<string> next, int count) =>
            [.. Enumerable.Range(0, count * 4).Select(_ => next()).Distinct().Take(count).Select(static text => new Name(text))];
    }

    internal sealed record City(string Name, string State, string PostalCode);

    internal sealed record MadeUpProduct(string Name, long Price);

    /// <summary>A name, its words for Customer.Api's search, and its part of an email address.</summary>
    internal sealed class Name
    {
        public Name(string text)
        {
            Text = text;
            Words = [.. Split(text).Distinct()];
            InEmail = string.Concat(text.ToLowerInvariant().Where(char.IsAsciiLetterLower));
            if (InEmail.Length == 0) InEmail = "x";
        }

        public string Text { get; }

        public IReadOnlyList<string> Words { get; }

        public string InEmail { get; }

        // The letters of the pools' languages that the service's search folds, and their folded forms.
        private const string Accented = "àáâãäåąćčçèéêëęěìíîïıłńñòóôõöøřśšùúûüýźżž", Folded = "aaaaaaaccceeeeeeiiiiilnnoooooorssuuuuyzzz";

        private static string[] Split(string text) =>
            string.Concat(text.Select(Fold)).Replace("ß", "ss", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);

        private static char Fold(char c)
        {
            if (!char.IsLetterOrDigit(c)) return ' ';
            var lower = char.ToLowerInvariant(c);
            return Accented.IndexOf(lower, StringComparison.Ordinal) is >= 0 and var at ? Folded[at] : lower;
        }
    }
}
