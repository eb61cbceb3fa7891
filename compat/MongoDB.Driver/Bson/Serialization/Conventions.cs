using System.Collections;

namespace MongoDB.Bson.Serialization.Conventions;

/// <summary>A rule for all classes that no attribute overrides.</summary>
public interface IConvention
{
    /// <summary>Its name.</summary>
    string Name { get; }
}

/// <summary>Conventions that belong together.</summary>
public interface IConventionPack
{
    /// <summary>In order; the later one wins.</summary>
    IEnumerable<IConvention> Conventions { get; }
}

/// <summary>A convention, named by its type.</summary>
public abstract class ConventionBase : IConvention
{
    private protected ConventionBase() => Name = GetType().Name[..^"Convention".Length];

    /// <summary>Its name.</summary>
    public string Name { get; }
}

/// <summary>Element names are the members' with a small first letter.</summary>
public sealed class CamelCaseElementNameConvention : ConventionBase;

/// <summary>As the attribute, for all classes.</summary>
public sealed class IgnoreExtraElementsConvention(bool ignoreExtraElements) : ConventionBase
{
    internal bool Value { get; } = ignoreExtraElements;
}

/// <summary>As the attribute, for all members.</summary>
public sealed class IgnoreIfNullConvention(bool ignoreIfNull) : ConventionBase
{
    internal bool Value { get; } = ignoreIfNull;
}

/// <summary>As the attribute, for all members.</summary>
public sealed class IgnoreIfDefaultConvention(bool ignoreIfDefault) : ConventionBase
{
    internal bool Value { get; } = ignoreIfDefault;
}

/// <summary>How enumerations are written: Int32, Int64 or String.</summary>
public sealed class EnumRepresentationConvention(BsonType representation) : ConventionBase
{
    /// <summary>The BSON type.</summary>
    public BsonType Representation { get; } = representation;
}

/// <summary>A list of conventions.</summary>
public sealed class ConventionPack : IConventionPack, IEnumerable<IConvention>
{
    private readonly List<IConvention> _conventions = [];

    /// <inheritdoc/>
    public IEnumerable<IConvention> Conventions => _conventions;

    /// <summary>Adds at the end.</summary>
    public void Add(IConvention convention) => _conventions.Add(convention);

    /// <inheritdoc/>
    public IEnumerator<IConvention> GetEnumerator() => _conventions.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>The conventions of the process. A class keeps those that it first met.</summary>
public static class ConventionRegistry
{
    private static readonly Lock Gate = new();
    private static readonly List<(string Name, IConventionPack Pack, Func<Type, bool> Filter)> Packs = [];

    /// <summary>Adds a pack for the classes that <paramref name="filter"/> takes.</summary>
    public static void Register(string name, IConventionPack conventions, Func<Type, bool> filter)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(conventions);
        ArgumentNullException.ThrowIfNull(filter);
        lock (Gate) Packs.Add((name, conventions, filter));
    }

    /// <summary>Takes the packs of that name out.</summary>
    public static void Remove(string name)
    {
        lock (Gate) Packs.RemoveAll(pack => pack.Name == name);
    }

    internal static List<IConvention> For(Type type)
    {
        lock (Gate) return [.. Packs.Where(pack => pack.Filter(type)).SelectMany(static pack => pack.Pack.Conventions)];
    }
}
