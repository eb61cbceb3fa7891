using System.Collections;
using System.Diagnostics.CodeAnalysis;
using MongoDB.Bson.IO;

namespace MongoDB.Bson;

/// <summary>A name and a value.</summary>
public readonly struct BsonElement : IEquatable<BsonElement>, IComparable<BsonElement>
{
    /// <summary>From both.</summary>
    public BsonElement(string name, BsonValue value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        if (name.Contains('\0', StringComparison.Ordinal)) throw new ArgumentException("Element names cannot contain null characters.", nameof(name));
        (Name, Value) = (name, value);
    }

    // For names that come from BSON, and so have no null character.
    internal BsonElement(string name, BsonValue value, bool _) => (Name, Value) = (name, value);

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The value.</summary>
    public BsonValue Value { get; }

    /// <inheritdoc/>
    public bool Equals(BsonElement other) => Name == other.Name && Equals(Value, other.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BsonElement other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Value);

    /// <inheritdoc/>
    public int CompareTo(BsonElement other) => string.CompareOrdinal(Name, other.Name) is var order && order != 0 ? order : Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => $"{Name}={Value}";

    /// <summary>Same name and value.</summary>
    public static bool operator ==(BsonElement lhs, BsonElement rhs) => lhs.Equals(rhs);

    /// <summary>Other name or value.</summary>
    public static bool operator !=(BsonElement lhs, BsonElement rhs) => !lhs.Equals(rhs);
}

/// <summary>Elements in order, each name once unless <see cref="AllowDuplicateNames"/>.</summary>
public class BsonDocument : BsonValue, IEnumerable<BsonElement>
{
    // Up to this many elements a scan of the names is faster than a table of them.
    private const int ScanMax = 8;

    private readonly List<BsonElement> _elements;
    private Dictionary<string, int>? _index;

    /// <summary>Empty.</summary>
    public BsonDocument() => _elements = [];

    /// <summary>Empty; says whether a name may stand there twice.</summary>
    public BsonDocument(bool allowDuplicateNames) : this() => AllowDuplicateNames = allowDuplicateNames;

    /// <summary>With one element.</summary>
    public BsonDocument(BsonElement element) : this() => Add(element);

    /// <summary>With one element.</summary>
    public BsonDocument(string name, BsonValue value) : this() => Add(name, value);

    /// <summary>With these elements.</summary>
    public BsonDocument(IEnumerable<BsonElement> elements) : this() => AddRange(elements);

    /// <summary>With these elements.</summary>
    public BsonDocument(params BsonElement[] elements) : this() => AddRange(elements);

    /// <summary>With one element a key; values as <see cref="BsonValue.Create"/>.</summary>
    public BsonDocument(Dictionary<string, object> dictionary) : this() => AddRange(dictionary);

    /// <summary>With one element a key; values as <see cref="BsonValue.Create"/>.</summary>
    public BsonDocument(IDictionary<string, object> dictionary) : this() => AddRange(dictionary);

    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.Document;

    /// <summary>Whether a name may stand there twice. Default false.</summary>
    public bool AllowDuplicateNames { get; set; }

    /// <summary>Number of elements.</summary>
    public int ElementCount => Items.Count;

    /// <summary>The elements in order.</summary>
    public IEnumerable<BsonElement> Elements => Items;

    /// <summary>The names in order.</summary>
    public IEnumerable<string> Names => Items.Select(static element => element.Name);

    /// <summary>The values in order.</summary>
    public IEnumerable<BsonValue> Values => Items.Select(static element => element.Value);

    // RawBsonDocument fills the list when it is first looked at.
    internal virtual List<BsonElement> Items => _elements;

    private protected List<BsonElement> OwnItems => _elements;

    /// <summary>The value at a place.</summary>
    public override BsonValue this[int index]
    {
        get => Items[index].Value;
        set
        {
            Unsealed();
            Items[index] = new BsonElement(Items[index].Name, value);
        }
    }

    /// <summary>The value under a name; reading a name that is not there is a <see cref="KeyNotFoundException"/>, setting it adds it.</summary>
    public override BsonValue this[string name]
    {
        get => GetValue(name);
        set => Set(name, value);
    }

    /// <summary>The value under a name, or <paramref name="defaultValue"/>.</summary>
    public BsonValue this[string name, BsonValue defaultValue] => GetValue(name, defaultValue);

    /// <summary>From extended JSON (version 2, relaxed or canonical); names and strings may stand in single quotes, names in none.</summary>
    /// <exception cref="FormatException">The text is no such document.</exception>
    public static BsonDocument Parse(string json) => JsonText.ParseDocument(json);

    /// <summary>As <see cref="Parse"/>.</summary>
    public static bool TryParse(string s, [NotNullWhen(true)] out BsonDocument? result)
    {
        try
        {
            result = Parse(s);
            return true;
        }
        catch (FormatException)
        {
            result = null;
            return false;
        }
    }

    /// <summary>From an object of .NET: a dictionary with string keys, a document, or a mapped class.</summary>
    public static new BsonDocument Create(object value) => value as BsonDocument ?? (BsonDocument)BsonTypeMapper.MapToBsonValue(value);

    /// <summary>Adds at the end; a name that is there is an <see cref="InvalidOperationException"/>.</summary>
    public virtual BsonDocument Add(BsonElement element)
    {
        Unsealed();
        if (element.Name is null) throw new ArgumentNullException(nameof(element));
        if (!AllowDuplicateNames && IndexOfName(element.Name) >= 0) throw new InvalidOperationException($"Duplicate element name '{element.Name}'.");
        Items.Add(element);
        if (_index is not null) _index.TryAdd(element.Name, Items.Count - 1);
        return this;
    }

    /// <summary>Adds at the end.</summary>
    public BsonDocument Add(string name, BsonValue value) => Add(new BsonElement(name, value));

    /// <summary>Adds at the end if <paramref name="condition"/>; the value may be null if not.</summary>
    public BsonDocument Add(string name, BsonValue value, bool condition) => condition ? Add(name, value) : this;

    /// <summary>Adds at the end.</summary>
    public BsonDocument AddRange(IEnumerable<BsonElement> elements)
    {
        ArgumentNullException.ThrowIfNull(elements);
        foreach (var element in elements) Add(element);
        return this;
    }

    /// <summary>Adds at the end.</summary>
    public BsonDocument AddRange(IEnumerable<KeyValuePair<string, object>> dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        foreach (var (name, value) in dictionary) Add(name, BsonValue.Create(value));
        return this;
    }

    /// <summary>Replaces the value under a name, or adds it at the end.</summary>
    public BsonDocument Set(string name, BsonValue value) => SetElement(new BsonElement(name, value));

    /// <summary>Replaces the element of that name, or adds it at the end.</summary>
    public BsonDocument SetElement(BsonElement element)
    {
        Unsealed();
        var at = IndexOfName(element.Name);
        if (at < 0) return Add(element);
        Items[at] = element;
        return this;
    }

    /// <summary>Inserts at a place.</summary>
    public BsonDocument InsertAt(int index, BsonElement element)
    {
        Unsealed();
        if (!AllowDuplicateNames && IndexOfName(element.Name) >= 0) throw new InvalidOperationException($"Duplicate element name '{element.Name}'.");
        Items.Insert(index, element);
        _index = null;
        return this;
    }

    /// <summary>Takes the element of that name out, if it is there.</summary>
    public void Remove(string name)
    {
        Unsealed();
        var at = IndexOfName(name);
        if (at >= 0) RemoveAt(at);
    }

    /// <summary>Takes the element at a place out.</summary>
    public void RemoveAt(int index)
    {
        Unsealed();
        Items.RemoveAt(index);
        _index = null;
    }

    /// <summary>Takes all elements out.</summary>
    public void Clear()
    {
        Unsealed();
        Items.Clear();
        _index = null;
    }

    /// <summary>Adds the other's elements that are not here.</summary>
    public BsonDocument Merge(BsonDocument document) => Merge(document, overwriteExistingElements: false);

    /// <summary>Adds the other's elements.</summary>
    public BsonDocument Merge(BsonDocument document, bool overwriteExistingElements)
    {
        ArgumentNullException.ThrowIfNull(document);
        foreach (var element in document.Items)
        {
            if (overwriteExistingElements || !Contains(element.Name)) SetElement(element);
        }

        return this;
    }

    /// <summary>Whether there is an element of that name.</summary>
    public bool Contains(string name) => IndexOfName(name) >= 0;

    /// <summary>The place of the first element of that name, or -1.</summary>
    public int IndexOfName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var items = Items;
        if (items.Count > ScanMax)
        {
            return (_index ??= BuildIndex(items)).TryGetValue(name, out var index) ? index : -1;
        }

        for (var i = 0; i < items.Count; i++)
        {
            if (items[i].Name == name) return i;
        }

        return -1;
    }

    /// <summary>The element at a place.</summary>
    public BsonElement GetElement(int index) => Items[index];

    /// <summary>The element of that name; a <see cref="KeyNotFoundException"/> when there is none.</summary>
    public BsonElement GetElement(string name) => IndexOfName(name) is >= 0 and var at ? Items[at] : throw NotFound(name);

    /// <summary>The value at a place.</summary>
    public BsonValue GetValue(int index) => Items[index].Value;

    /// <summary>The value under a name; a <see cref="KeyNotFoundException"/> when there is none.</summary>
    public BsonValue GetValue(string name) => IndexOfName(name) is >= 0 and var at ? Items[at].Value : throw NotFound(name);

    /// <summary>The value under a name, or <paramref name="defaultValue"/>.</summary>
    public BsonValue GetValue(string name, BsonValue defaultValue) => IndexOfName(name) is >= 0 and var at ? Items[at].Value : defaultValue;

    /// <summary>The value under a name.</summary>
    public bool TryGetValue(string name, [MaybeNullWhen(false)] out BsonValue value)
    {
        var at = IndexOfName(name);
        value = at >= 0 ? Items[at].Value : null;
        return at >= 0;
    }

    /// <summary>The element of that name.</summary>
    public bool TryGetElement(string name, out BsonElement value)
    {
        var at = IndexOfName(name);
        value = at >= 0 ? Items[at] : default;
        return at >= 0;
    }

    /// <summary>The elements in a dictionary.</summary>
    public Dictionary<string, object?> ToDictionary()
        => Items.ToDictionary(static element => element.Name, static element => BsonTypeMapper.MapToDotNetValue(element.Value));

    /// <inheritdoc/>
    public override BsonValue Clone() => new BsonDocument(AllowDuplicateNames).AddRange(Items);

    /// <inheritdoc/>
    public override BsonValue DeepClone()
    {
        var clone = new BsonDocument(AllowDuplicateNames);
        foreach (var element in Items) clone.Add(new BsonElement(element.Name, element.Value.DeepClone(), true));
        return clone;
    }

    /// <inheritdoc/>
    public override bool Equals(BsonValue? other)
    {
        if (other is not BsonDocument document || document.ElementCount != ElementCount) return false;
        var (mine, theirs) = (Items, document.Items);
        for (var i = 0; i < mine.Count; i++)
        {
            if (!mine[i].Equals(theirs[i])) return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var element in Items) hash.Add(element);
        return hash.ToHashCode();
    }

    /// <summary>Relaxed extended JSON.</summary>
    public override string ToString() => this.ToJson();

    /// <inheritdoc/>
    public IEnumerator<BsonElement> GetEnumerator() => Items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private protected virtual void Unsealed() { }

    private protected override int CompareSame(BsonValue other)
    {
        var (mine, theirs) = (Items, ((BsonDocument)other).Items);
        for (var i = 0; i < Math.Min(mine.Count, theirs.Count); i++)
        {
            var order = mine[i].Value.CompareTo(theirs[i].Value);
            if (order == 0) order = string.CompareOrdinal(mine[i].Name, theirs[i].Name);
            if (order != 0) return order;
        }

        return mine.Count.CompareTo(theirs.Count);
    }

    internal override void WriteTo(BsonBinaryWriter writer)
    {
        writer.WriteStartDocument();
        foreach (var element in Items)
        {
            writer.WriteName(element.Name);
            element.Value.WriteTo(writer);
        }

        writer.WriteEndDocument();
    }

    /// <summary>Reads one document where the reader stands before one.</summary>
    internal static BsonDocument ReadFrom(BsonBinaryReader reader)
    {
        var document = new BsonDocument();
        document.Fill(reader);
        return document;
    }

    private protected void Fill(BsonBinaryReader reader)
    {
        reader.ReadStartDocument();
        while (reader.ReadBsonType() != BsonType.EndOfDocument)
        {
            var name = reader.ReadName();
            // Duplicates are refused as in the official driver; the table makes that linear.
            if (IndexOfOwn(name) >= 0) throw new FormatException($"Duplicate element name '{name}'.");
            _elements.Add(new BsonElement(name, reader.ReadValue(), true));
            if (_index is not null) _index.Add(name, _elements.Count - 1);
        }

        reader.ReadEndDocument();
    }

    private int IndexOfOwn(string name)
    {
        if (_elements.Count > ScanMax) return (_index ??= BuildIndex(_elements)).TryGetValue(name, out var index) ? index : -1;
        for (var i = 0; i < _elements.Count; i++)
        {
            if (_elements[i].Name == name) return i;
        }

        return -1;
    }

    private static Dictionary<string, int> BuildIndex(List<BsonElement> items)
    {
        var index = new Dictionary<string, int>(items.Count * 2, StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++) index.TryAdd(items[i].Name, i);
        return index;
    }

    private static KeyNotFoundException NotFound(string name) => new($"Element '{name}' not found.");
}

/// <summary>A document kept as its bytes until an element is asked for; read-only. Writing it copies the bytes.</summary>
public sealed class RawBsonDocument : BsonDocument
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private bool _filled;

    /// <summary>Over one document's bytes, which must not change any more.</summary>
    public RawBsonDocument(byte[] bytes) : this((bytes ?? throw new ArgumentNullException(nameof(bytes))).AsMemory()) { }

    internal RawBsonDocument(ReadOnlyMemory<byte> bytes)
    {
        BsonBinaryReader.CheckDocument(bytes.Span);
        _bytes = bytes;
    }

    /// <summary>The bytes.</summary>
    internal ReadOnlyMemory<byte> Bytes => _bytes;

    internal override List<BsonElement> Items
    {
        get
        {
            lock (OwnItems)
            {
                if (_filled) return OwnItems;
                OwnItems.Clear();
                Fill(new BsonBinaryReader(_bytes));
                _filled = true;
                return OwnItems;
            }
        }
    }

    internal override void WriteTo(BsonBinaryWriter writer) => writer.WriteRawDocument(_bytes.Span);

    private protected override void Unsealed() => throw new InvalidOperationException("RawBsonDocument instances are immutable.");
}
