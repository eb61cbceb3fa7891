using System.Globalization;

namespace LoadTest;

/// <summary>The options behind a command: <c>--name value</c>, <c>--name=value</c> or <c>--name</c>. Read them all, then call <see cref="End"/>.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string?> _given = new(StringComparer.Ordinal);

    /// <exception cref="UsageException">Something is not an option, or is given twice.</exception>
    public Arguments(ReadOnlySpan<string> arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            if (!name.StartsWith("--", StringComparison.Ordinal)) throw new UsageException($"'{name}' is not an option.");
            string? value = null;
            if (name.IndexOf('=', StringComparison.Ordinal) is > 0 and var at) (name, value) = (name[..at], name[(at + 1)..]);
            else if (i + 1 < arguments.Length && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal)) value = arguments[++i];
            if (!_given.TryAdd(name, value)) throw new UsageException($"{name} is given twice.");
        }
    }

    /// <summary>Whether an option without a value is there.</summary>
    /// <exception cref="UsageException">It has a value.</exception>
    public bool Flag(string name)
    {
        if (!_given.Remove(name, out var value)) return false;
        return value is null ? true : throw new UsageException($"{name} takes no value; '{value}' was given.");
    }

    /// <summary>An option's value; null when it is not there.</summary>
    /// <exception cref="UsageException">It is there without a value.</exception>
    public string? Text(string name)
    {
        if (!_given.Remove(name, out var value)) return null;
        return value is { Length: > 0 } ? value : throw new UsageException($"{name} needs a value.");
    }

    /// <summary>An option's whole number; null when it is not there.</summary>
    /// <exception cref="UsageException">It is not a whole number of the range.</exception>
    public long? Number(string name, long min, long max)
    {
        if (Text(name) is not { } text) return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max) return number;
        throw new UsageException($"{name} must be a whole number from {min} to {max}; '{text}' was given.");
    }

    /// <summary>Users, or connections, which is the same: each user has one. Null when neither is there.</summary>
    /// <exception cref="UsageException">Both are there, or it is not a whole number of the range.</exception>
    public long? Users(long max)
    {
        var (users, connections) = (Number("--users", 1, max), Number("--connections", 1, max));
        return users is null || connections is null ? users ?? connections : throw new UsageException("--users and --connections are the same: give one.");
    }

    /// <summary>Ends the reading.</summary>
    /// <exception cref="UsageException">An option was not read: the command does not have it.</exception>
    public void End()
    {
        foreach (var name in _given.Keys) throw new UsageException($"There is no option {name} here.");
    }
}
