using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace LoadTest.Stores;

/// <summary>Asks Redis, over a connection of its own (RESP2, https://redis.io/docs/latest/develop/reference/protocol-spec/).</summary>
internal static class RedisFacts
{
    private const int TimeoutMs = 5_000;

    private static readonly string[] Settings = ["appendonly", "appendfsync", "maxmemory-policy"];

    /// <param name="address"><c>HOST:PORT</c>, and after a comma options as in a StackExchange.Redis connection string; <c>password</c> counts.</param>
    /// <exception cref="LoadTestException">It cannot be asked.</exception>
    public static StoreFacts Read(string address)
    {
        var parts = address.Split(',', StringSplitOptions.TrimEntries);
        var colon = parts[0].LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(parts[0].AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            throw new LoadTestException($"--redis must be HOST:PORT[,password=...]; '{parts[0]}' was given.");
        var password = parts.Skip(1).FirstOrDefault(part => part.StartsWith("password=", StringComparison.OrdinalIgnoreCase))?["password=".Length..];
        try
        {
            var lines = Ask(parts[0][..colon], port, [.. password is null ? Array.Empty<string[]>() : [["AUTH", password]],
                .. Settings.Select(name => new[] { "CONFIG", "GET", name }), ["INFO", "server"], ["INFO", "persistence"], ["QUIT"]]);
            if (lines.FirstOrDefault(line => line.StartsWith('-')) is { } error) throw new LoadTestException($"--redis: {error[1..]}");
            var settings = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["redis_version"] = Field(lines, "redis_version") };
            foreach (var name in Settings) settings[name] = lines[lines.IndexOf(name) + 1];
            var isLogged = long.TryParse(Field(lines, "aof_current_size"), CultureInfo.InvariantCulture, out var bytes);
            return new StoreFacts(settings, isLogged ? new Dictionary<string, long> { ["append-only file"] = bytes } : []);
        }
        catch (Exception e) when (e is SocketException or IOException or ArgumentException)
        {
            throw new LoadTestException($"--redis: {e.Message}");
        }
    }

    // The lines of all replies, without those that only give a length.
    private static List<string> Ask(string host, int port, string[][] commands)
    {
        using var client = new TcpClient(host, port) { ReceiveTimeout = TimeoutMs, SendTimeout = TimeoutMs };
        var request = new StringBuilder();
        foreach (var command in commands)
        {
            request.Append(CultureInfo.InvariantCulture, $"*{command.Length}\r\n");
            foreach (var word in command) request.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        }

        using var stream = client.GetStream();
        stream.Write(Encoding.UTF8.GetBytes(request.ToString()));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return [.. reader.ReadToEnd().Split("\r\n").Where(line => !line.StartsWith('$') && !line.StartsWith('*'))];
    }

    private static string Field(List<string> lines, string name) =>
        lines.Find(line => line.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..] ?? "";
}
