using System.Globalization;
using MongoDB.Bson;
using MongoDB.Bson.IO;

namespace LoadTest.Customers;

/// <summary>
/// Generates customer number N of a seed, always the same one, as Customer.Api would have stored it. A customer does not depend on those generated before, so
/// they can be generated in any order and by any number of threads.
/// </summary>
internal sealed class CustomerGenerator(long seed)
{
    private const int MonthsOfHistory = 36, PurchasesMax = 8;

    private static readonly DateTime Begin = new(2023, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly long HistoryMs = (long)(Begin.AddMonths(MonthsOfHistory) - Begin).TotalMilliseconds;
    private static readonly long BeginMs = new DateTimeOffset(Begin).ToUnixTimeMilliseconds();
    private static readonly string[] Tags = ["newsletter", "loyalty", "wholesale", "student", "early-adopter", "gift-card", "returns-often", "vip"];
    private static readonly string[] Languages = ["en", "de", "nl", "fr", "es", "it"];
    private static readonly string[] MailHosts = ["example.com", "example.org", "example.net", "mail.example.com"];

    private readonly CustomerPools _pools = new();
    private readonly ulong _seed = Mix((ulong)seed + 0x5DEECE66D);

    /// <summary>Gets a customer's id, which grows with its number; the ids of one seed are contiguous.</summary>
    public string IdOf(long index) => string.Create(CultureInfo.InvariantCulture, $"00{_seed >> 40:x6}{index:x16}");

    public byte[] Make(long index)
    {
        var random = new Random64(_seed ^ Mix((ulong)index));
        using var stream = new MemoryStream(1200);
        using (var bson = new BsonBinaryWriter(stream))
        {
            bson.WriteStartDocument();
            Write(bson, "_id", IdOf(index));
            WritePerson(bson, index, ref random);
            WriteExtras(bson, ref random);
            // More customers are recent, as in a growing shop.
            var created = BeginMs + (long)(HistoryMs * Math.Sqrt(random.NextUnit()));
            WritePurchases(bson, created, ref random);
            bson.WriteName("created_at");
            bson.WriteDateTime(created);
            bson.WriteName("updated_at");
            bson.WriteDateTime(created);
            bson.WriteEndDocument();
        }

        return stream.ToArray();
    }

    private void WritePerson(BsonBinaryWriter bson, long index, ref Random64 random)
    {
        var country = _pools.CountryOf(random.Next());
        var (first, last) = (random.Of(country.FirstNames), random.Of(country.LastNames));
        Write(bson, "name", $"{first.Text} {last.Text}");
        Write(bson, "first_name", first.Text);
        Write(bson, "last_name", last.Text);
        // The number makes it unique within a seed, and the seed part across seeds.
        Write(bson, "email", string.Create(
            CultureInfo.InvariantCulture, $"{first.InEmail}.{last.InEmail}.{index}{(seed == 1 ? "" : "-" + seed)}@{random.Of(MailHosts)}"));
        Write(bson, "phone", string.Create(CultureInfo.InvariantCulture, $"{country.Phone} {random.Below(900) + 100} {random.Below(9_000_000) + 1_000_000}"));
        Write(bson, "status", random.Below(100) switch { < 82 => "active", < 93 => "inactive", < 97 => "pending", _ => "suspended" });
        Write(bson, "country", country.Code);
        var city = random.Of(country.Cities);
        bson.WriteName("address");
        bson.WriteStartDocument();
        Write(bson, "street", string.Create(CultureInfo.InvariantCulture, $"{random.Of(country.Streets)} {random.Below(200) + 1}"));
        Write(bson, "city", city.Name);
        Write(bson, "state", city.State);
        Write(bson, "postal_code", city.PostalCode);
        bson.WriteEndDocument();
        bson.WriteName("words");
        bson.WriteStartArray();
        foreach (var word in first.Words) bson.WriteString(word);
        foreach (var word in last.Words)
        {
            if (!first.Words.Contains(word)) bson.WriteString(word);
        }

        if (!first.Words.Contains(first.InEmail) && !last.Words.Contains(first.InEmail)) bson.WriteString(first.InEmail);
        if (!last.Words.Contains(last.InEmail) && !first.Words.Contains(last.InEmail) && last.InEmail != first.InEmail) bson.WriteString(last.InEmail);
        bson.WriteString(index.ToString(CultureInfo.InvariantCulture));
        if (seed != 1 && seed != index) bson.WriteString(seed.ToString(CultureInfo.InvariantCulture));
        bson.WriteEndArray();
    }

    private static void WriteExtras(BsonBinaryWriter bson, ref Random64 random)
    {
        bson.WriteName("tags");
        bson.WriteStartArray();
        var first = random.Below(Tags.Length);
        for (var i = random.Below(4); i > 0; i--) bson.WriteString(Tags[(first + i) % Tags.Length]);
        bson.WriteEndArray();
        bson.WriteName("preferences");
        bson.WriteStartDocument();
        Write(bson, "language", random.Of(Languages));
        Write(bson, "currency", random.Below(4) == 0 ? "USD" : "EUR");
        bson.WriteName("newsletter");
        bson.WriteBoolean(random.Below(2) == 0);
        Write(bson, "contact", random.Below(3) == 0 ? "phone" : "email");
        Write(bson, "theme", random.Below(2) == 0 ? "light" : "dark");
        bson.WriteEndDocument();
    }

    private void WritePurchases(BsonBinaryWriter bson, long createdMs, ref Random64 random)
    {
        var count = random.Below(4) == 0 ? 0 : random.Below(PurchasesMax) + 1;
        var (spent, last) = (0L, 0L);
        bson.WriteName("purchases");
        bson.WriteStartArray();
        for (var i = 0; i < count; i++)
        {
            // The lower of two numbers, because the first products are bought more often.
            var product = _pools.Products[Math.Min(random.Below(_pools.Products.Count), random.Below(_pools.Products.Count))];
            var (quantity, at) = (random.Below(4) == 0 ? random.Below(4) + 2L : 1L, createdMs + (long)((BeginMs + HistoryMs - createdMs) * random.NextUnit()));
            bson.WriteStartDocument();
            Write(bson, "product", product.Name);
            bson.WriteName("quantity");
            bson.WriteInt64(quantity);
            bson.WriteName("price");
            bson.WriteInt64(product.Price);
            bson.WriteName("at");
            bson.WriteDateTime(at);
            bson.WriteEndDocument();
            (spent, last) = (spent + (quantity * product.Price), Math.Max(last, at));
        }

        bson.WriteEndArray();
        bson.WriteName("total_spent");
        bson.WriteInt64(spent);
        bson.WriteName("purchase_count");
        bson.WriteInt32(count);
        if (count == 0) return;
        bson.WriteName("last_purchase_at");
        bson.WriteDateTime(last);
    }

    private static void Write(BsonBinaryWriter bson, string name, string value)
    {
        bson.WriteName(name);
        bson.WriteString(value);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    // SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): its state is one number, so each customer has its own.
    private struct Random64(ulong state)
    {
        private ulong _state = state;

        public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

        public int Below(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

        public double NextUnit() => (Next() >> 11) * (1.0 / (1UL << 53));

        public T Of<T>(IReadOnlyList<T> pool) => pool[Below(pool.Count)];
    }
}
