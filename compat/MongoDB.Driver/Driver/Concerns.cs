using System.Globalization;
using MongoDB.Bson;

namespace MongoDB.Driver;

/// <summary>When a write is done: how many members have it, whether on disk, and how long to wait for that.</summary>
public sealed class WriteConcern : IEquatable<WriteConcern>
{
    /// <summary>With a number of members.</summary>
    public WriteConcern(int w, TimeSpan? wTimeout = null, bool? fsync = null, bool? journal = null) : this(new WCount(w), wTimeout, fsync, journal) { }

    /// <summary>With <c>majority</c> or the name of a mode.</summary>
    public WriteConcern(string mode, TimeSpan? wTimeout = null, bool? fsync = null, bool? journal = null) : this(new WMode(mode), wTimeout, fsync, journal) { }

    /// <summary>With all parts; null is the server's default.</summary>
    public WriteConcern(WValue? w = null, TimeSpan? wTimeout = null, bool? fsync = null, bool? journal = null)
    {
        if (wTimeout is { Ticks: < 0 }) throw new ArgumentOutOfRangeException(nameof(wTimeout), "The time is negative.");
        (W, WTimeout, FSync, Journal) = (w, wTimeout, fsync, journal);
    }

    /// <summary>As the server is configured.</summary>
    public static WriteConcern Acknowledged { get; } = new();

    /// <summary>By one member.</summary>
    public static WriteConcern W1 { get; } = new(1);

    /// <summary>By the majority: such a write survives a fail-over.</summary>
    public static WriteConcern WMajority { get; } = new("majority");

    /// <summary>Without an answer: errors are lost.</summary>
    public static WriteConcern Unacknowledged { get; } = new(0);

    /// <summary>Members; null is the server's default.</summary>
    public WValue? W { get; }

    /// <summary>Time to wait for the members.</summary>
    public TimeSpan? WTimeout { get; }

    /// <summary>Deprecated by the server.</summary>
    public bool? FSync { get; }

    /// <summary>Whether the write must be in the journal.</summary>
    public bool? Journal { get; }

    /// <summary>Whether the server answers.</summary>
    public bool IsAcknowledged => W is not WCount { Value: 0 } || Journal == true || FSync == true;

    /// <summary>Whether nothing is set.</summary>
    public bool IsServerDefault => W is null && WTimeout is null && FSync is null && Journal is null;

    /// <summary>As the server takes it.</summary>
    public BsonDocument ToBsonDocument()
    {
        var document = new BsonDocument();
        if (W is not null) document.Add("w", W.ToBsonValue());
        if (WTimeout is { } timeout) document.Add("wtimeout", timeout.TotalMilliseconds);
        if (FSync is { } fsync) document.Add("fsync", fsync);
        if (Journal is { } journal) document.Add("j", journal);
        return document;
    }

    /// <summary>With other parts.</summary>
    public WriteConcern With(WValue? w = null, TimeSpan? wTimeout = null, bool? journal = null) => new(w ?? W, wTimeout ?? WTimeout, FSync, journal ?? Journal);

    /// <inheritdoc/>
    public bool Equals(WriteConcern? other)
        => other is not null && Equals(W, other.W) && WTimeout == other.WTimeout && FSync == other.FSync && Journal == other.Journal;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as WriteConcern);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(W, WTimeout, FSync, Journal);

    /// <inheritdoc/>
    public override string ToString() => ToBsonDocument().ToString();

    /// <summary>The part that counts members.</summary>
    public abstract record WValue
    {
        private protected WValue() { }

        internal abstract BsonValue ToBsonValue();

        /// <summary>A number, or else the name of a mode.</summary>
        public static WValue Parse(string value)
        {
            ArgumentException.ThrowIfNullOrEmpty(value);
            return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? new WCount(count) : new WMode(value);
        }

        /// <summary>A number of members.</summary>
        public static implicit operator WValue(int value) => new WCount(value);

        /// <summary>A mode.</summary>
        public static implicit operator WValue(string value) => new WMode(value);
    }

    /// <summary>A number of members.</summary>
    public sealed record WCount : WValue
    {
        /// <summary>Not negative.</summary>
        public WCount(int w)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(w);
            Value = w;
        }

        /// <summary>The number.</summary>
        public int Value { get; }

        internal override BsonValue ToBsonValue() => Value;

        /// <inheritdoc/>
        public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A mode.</summary>
    public sealed record WMode : WValue
    {
        /// <summary>Such as <c>majority</c>.</summary>
        public WMode(string mode)
        {
            ArgumentException.ThrowIfNullOrEmpty(mode);
            Value = mode;
        }

        /// <summary>Of the members that vote.</summary>
        public static WMode Majority { get; } = new("majority");

        /// <summary>The name.</summary>
        public string Value { get; }

        internal override BsonValue ToBsonValue() => Value;

        /// <inheritdoc/>
        public override string ToString() => Value;
    }
}

/// <summary>What reads see.</summary>
public enum ReadConcernLevel
{
    /// <summary>The member's newest data.</summary>
    Local,
    /// <summary>What a majority has.</summary>
    Majority,
    /// <summary>What a majority has, after all writes before.</summary>
    Linearizable,
    /// <summary>As local, also on sharded data being moved.</summary>
    Available,
    /// <summary>One point in time.</summary>
    Snapshot,
}

/// <summary>What reads see; null is the server's default.</summary>
public sealed class ReadConcern(ReadConcernLevel? level = null)
{
    /// <summary>The server's default.</summary>
    public static ReadConcern Default { get; } = new();

    /// <summary>The member's newest data.</summary>
    public static ReadConcern Local { get; } = new(ReadConcernLevel.Local);

    /// <summary>What a majority has.</summary>
    public static ReadConcern Majority { get; } = new(ReadConcernLevel.Majority);

    /// <summary>The level.</summary>
    public ReadConcernLevel? Level { get; } = level;

    /// <summary>As the server takes it.</summary>
    public BsonDocument ToBsonDocument() => Level is { } value ? new BsonDocument("level", value.ToString().ToLowerInvariant()) : [];
}

/// <summary>Which members are read from.</summary>
public enum ReadPreferenceMode
{
    /// <summary>The primary.</summary>
    Primary,
    /// <summary>The primary, else a secondary.</summary>
    PrimaryPreferred,
    /// <summary>A secondary.</summary>
    Secondary,
    /// <summary>A secondary, else the primary.</summary>
    SecondaryPreferred,
    /// <summary>Any.</summary>
    Nearest,
}

/// <summary>Which members are read from; tags and staleness are not covered.</summary>
public sealed class ReadPreference(ReadPreferenceMode readPreferenceMode)
{
    /// <summary>The primary.</summary>
    public static ReadPreference Primary { get; } = new(ReadPreferenceMode.Primary);

    /// <summary>The primary, else a secondary.</summary>
    public static ReadPreference PrimaryPreferred { get; } = new(ReadPreferenceMode.PrimaryPreferred);

    /// <summary>A secondary.</summary>
    public static ReadPreference Secondary { get; } = new(ReadPreferenceMode.Secondary);

    /// <summary>A secondary, else the primary.</summary>
    public static ReadPreference SecondaryPreferred { get; } = new(ReadPreferenceMode.SecondaryPreferred);

    /// <summary>Any.</summary>
    public static ReadPreference Nearest { get; } = new(ReadPreferenceMode.Nearest);

    /// <summary>The mode.</summary>
    public ReadPreferenceMode ReadPreferenceMode { get; } = readPreferenceMode;

    internal BsonDocument ToBsonDocument() => new("mode", char.ToLowerInvariant(ReadPreferenceMode.ToString()[0]) + ReadPreferenceMode.ToString()[1..]);

    /// <inheritdoc/>
    public override string ToString() => $"{{ Mode : {ReadPreferenceMode} }}";
}
