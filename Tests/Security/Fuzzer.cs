using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Tests.Security;

/// <summary>The bytes of a request, and its method, which tells whether it may change data.</summary>
internal sealed record FuzzRequest(string Method, string Bytes)
{
    public bool MayChange => Method is not ("GET" or "HEAD" or "OPTIONS" or "TRACE");

    /// <summary>Readable form, which can also be sent by hand.</summary>
    public override string ToString()
        => string.Concat(Bytes[..Math.Min(Bytes.Length, 2000)].Select(c => c is >= ' ' and <= '~' or '\n' ? $"{c}" : $"\\x{(int)c:x2}"));
}

/// <summary>
/// Generates requests for the public API: valid calls with some parts replaced by invalid ones. The same seed and ids give the same
/// requests.
/// </summary>
/// <param name="seed">Determines all requests.</param>
/// <param name="ids">Existing ids: an item, a user, an order and a customer.</param>
internal sealed partial class Fuzzer(int seed, FuzzIds ids)
{
    private static readonly string[] Methods =
        ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "get", "POST\t", "M-SEARCH", "X"];

    // {i} is an item, {u} a user, {o} an order, {c} a customer, {n} an amount, {s} a small amount.
    private static readonly string[] Calls =
    [
        "POST /stock/item/create/{n}", "GET /stock/find/{i}", "POST /stock/add/{i}/{n}", "POST /stock/subtract/{i}/{n}", "POST /stock/batch_init/{s}/{s}/{s}",
        "POST /payment/create_user", "GET /payment/find_user/{u}", "POST /payment/add_funds/{u}/{n}", "POST /payment/pay/{u}/{n}",
        "POST /payment/batch_init/{s}/{s}",
        "POST /orders/create/{u}", "GET /orders/find/{o}", "POST /orders/addItem/{o}/{i}/{n}", "POST /orders/removeItem/{o}/{i}",
        "DELETE /orders/removeItem/{o}/{i}",
        "POST /orders/checkout/{o}", "POST /orders/batch_init/{s}/{s}/{s}/{s}",
        "GET /customers", "GET /customers?limit={n}&skip={n}&order=asc", "GET /customers?cursor={c}&search={i}&status={o}&country=US", "GET /customers/{c}",
        "POST /customers", "POST /customers/batch", "PUT /customers/{c}", "DELETE /customers/{c}", "GET /customers/analytics/summary",
        "GET /customers/analytics/purchases", "GET /stress/large-payload?size_kb={s}", "POST /stress/large-payload",
        "GET /stress/batch-customers?count={s}&size_kb={s}",
        "GET /?q={i}&sort=-price&p={n}", "GET /catalog/{i}", "POST /catalog/{i}", "GET /products/{i}", "GET /products/{i}/picture",
        "GET /products?search={i}&sort=-price&page={s}&limit={n}", "POST /products", "PUT /products/{i}", "PATCH /products/{i}", "DELETE /products/{i}",
        "PUT /products/{i}/picture", "DELETE /products/{i}/picture",
        "GET /", "POST /", "GET /get_product?product_name={i}", "GET /health_check", "GET /orders/{o}", "GET /basket", "POST /basket",
        "GET /checkout", "POST /checkout", "GET /account", "POST /account", "GET /lookup?order={o}", "POST /lookup", "GET /error", "GET /health",
        "GET /shop.css",
        "GET /stock/health", "GET /payment/alive", "GET /gateway/health", "GET /{i}/{u}/{o}",
    ];

    private static readonly string[] Odd =
    [
        "", "0", "-1", "+1", "1.5", "1e9", "NaN", "null", "true", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
        "99999999999999999999999999",
        "%00", "%0d%0aX-A:b", "%20", "%", "%zz", "%C3%28", "%F0%9F%92%A9", "%EF%BB%BF", "..", "../..", "%2e%2e%2f", "a%2Fb", ";", "'", "';--", "\"",
        "<script>", "{0}",
        "%s%n", "${jndi}", "$where", "[$ne]=1", "*", "?", "#", "&", "=", "\\", "|", "~", ":", "@", ",", "(", "\u00e4\u00ff", "\x01", "\x7f", "undefined",
        "00000000-0000-0000-0000-000000000000", "x:y:z", "i:1", "r:1",
    ];

    private static readonly string[] Headers =
    [
        "Idempotency-Key: ", "Idempotency-Key: key-1", "Idempotency-Key: \u00e4", "traceparent: 00-0-0-0", "traceparent: 00-{h}{h}-{h}-01",
        "tracestate: a=b,,=",
        "baggage: a=b;c=%", "Cookie: shop-basket=x; shop-form=; =; a", "Cookie: shop-operator=QUFB", "Accept: text/html", "Accept: */*;q=2", "Accept: ,,;",
        "Accept-Encoding: gzip, br;q=0", "Accept-Language: \u00e4-", "Range: bytes=9-1,-", "If-None-Match: \"", "If-Modified-Since: yesterday",
        "Content-Encoding: gzip", "Content-Encoding: br", "Expect: 100-continue", "Origin: null", "Referer: \\", "X-Forwarded-For: ::1",
        "X-Forwarded-Proto: gopher",
        "X-Forwarded-Host: evil.example", "Authorization: Bearer x.y.z", "Connection: keep-alive, X-A", "Upgrade: websocket", "TE: trailers",
        "Host: evil.example",
        "Host: ", "Content-Length: x", "Content-Type: ", "RequestVerificationToken: x", ": x", "X-A", "X-\u00e4: b",
    ];

    private static readonly string[] MediaTypes =
    [
        "application/json", "application/json", "application/json; charset=utf-16", "application/json; charset=nope", "text/plain", "application/xml",
        "text/html",
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "application/octet-stream", "/",
        "application/json;;;=", "\u00e4",
        "application/problem+json", "application/grpc",
    ];

    private static readonly string[] JsonValues =
    [
        "null", "true", "0", "-1", "1", "1e400", "1.5", "9223372036854775808", "\"\"", "\"a\"", "\"\\u0000\"", "\"\\ud800\"", "\"2020-99-99\"", "[]", "{}",
        "[[]]",
        "{\"$ne\":1}", "{\"$where\":\"1\"}", "\"$a.b\"", "\"a@b.c\"", "\"active\"", "\"US\"", "[null]", "NaN", "'a'", "\u00ff", "",
    ];

    private static readonly string[] Fields =
    [
        "customer_id", "name", "first_name", "last_name", "email", "phone", "status", "country", "address", "user_id", "tags", "preferences", "purchases",
        "product",
        "quantity", "price", "at", "product_name", "customer_name", "street_address", "state", "zip_code", "_id", "__proto__", "$type", "customers", "a.b", "",
    ];

    private readonly Random _random = new(seed);

    public FuzzRequest Next()
    {
        var (method, target) = Pick(Calls).Split(' ', 2) is [var m, var t] ? (m, t) : ("GET", "/");
        target = Placeholder().Replace(target, match => Value(match.Groups[1].Value[0]));
        if (Chance(10)) method = Pick(Methods);
        if (Chance(15)) target = Mutate(target);
        if (Chance(5)) target += $"?{Pick(Odd)}={Pick(Odd)}&{Pick(Fields)}={Pick(Odd)}";
        var version = Chance(98) ? "HTTP/1.1" : Pick(["HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/9", "http/1.1", ""]);
        var head = new StringBuilder($"{method} {target} {version}\r\n");
        if (Chance(98)) head.Append("Host: shop\r\n");
        head.Append("Connection: close\r\n");
        for (var more = _random.Next(4); more > 0 && Chance(60); more--)
            head.Append(Pick(Headers).Replace("{h}", $"{_random.NextInt64():x16}", StringComparison.Ordinal)).Append("\r\n");
        var body = method is "GET" or "HEAD" && Chance(90) ? "" : Chance(30) ? "" : Body(target);
        if (body.Length > 0 && Chance(95)) head.Append("Content-Type: ").Append(Pick(MediaTypes)).Append("\r\n");
        if (Chance(10) && body.Length > 0)
            return new(method, $"{head}Transfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n");
        if (body.Length > 0 || method is not ("GET" or "HEAD")) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        return new(method, $"{head}\r\n{body}");
    }

    private string Value(char kind) => (Chance(75), kind) switch
    {
        (true, 'i') => ids.Item,
        (true, 'u') => ids.User,
        (true, 'o') => ids.Order,
        (true, 'c') => ids.Customer,
        (true, _) => _random.Next(1, 9).ToString(CultureInfo.InvariantCulture),
        // Small enough not to be a load test.
        (false, 's') => Pick(["0", "-1", "1.5", "a", "", "9223372036854775808", "%00"]),
        _ => Pick(Odd),
    };

    private string Mutate(string target)
    {
        var at = _random.Next(1, target.Length + 1);
        return _random.Next(6) switch
        {
            0 => target[..at] + (char)_random.Next(1, 256) + target[at..],
            1 => target[..at] + Pick(Odd) + target[at..],
            2 => target[..at],
            3 => $"{target}/{Pick(Odd)}",
            4 => string.Concat(target.Select(c => Chance(30) ? char.ToUpperInvariant(c) : c)),
            _ => target + new string('a', _random.Next(1, 9000)),
        };
    }

    private string Body(string target) => _random.Next(8) switch
    {
        0 => new string('[', _random.Next(1, 5000)),
        1 => string.Concat(Enumerable.Range(0, _random.Next(1, 400)).Select(_ => (char)_random.Next(256))),
        2 => $"{Pick(Fields)}={Pick(Odd)}&{Pick(Fields)}={Pick(Odd)}&__RequestVerificationToken={Pick(Odd)}",
        3 => $"--x\r\nContent-Disposition: form-data; name=\"{Pick(Fields)}\"\r\n\r\n{Pick(Odd)}\r\n--x{Pick(["--", ""])}\r\n",
        4 => Pick(JsonValues),
        5 => target.Contains("batch", StringComparison.Ordinal) ? $"[{Object()},{Object()}]" : $"{{\"customers\":[{Object()}]}}",
        6 => Object()[..^1],
        _ => Object(),
    };

    private string Object()
        => $"{{{string.Join(',', Enumerable.Range(0, _random.Next(8)).Select(_ => $"\"{Pick(Fields)}\":{(Chance(10) ? Object() : Pick(JsonValues))}"))}}}";

    private bool Chance(int percent) => _random.Next(100) < percent;

    private string Pick(string[] choices) => choices[_random.Next(choices.Length)];

    [GeneratedRegex(@"\{([iuocns])\}")]
    private static partial Regex Placeholder();
}

/// <summary>Names that a fuzzer can use.</summary>
internal sealed record FuzzIds(string Item, string User, string Order, string Customer);
