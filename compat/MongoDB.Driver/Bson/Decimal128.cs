using System.Globalization;

namespace MongoDB.Bson;

/// <summary>
/// IEEE 754-2008 decimal128 in the binary integer encoding: 34 digits, exponents from -6176 to 6111. Text form and rounding rules: the BSON Decimal128
/// specification (mongodb/specifications, bson-decimal128). Parsing never rounds: a value that does not fit exactly is refused.
/// </summary>
public readonly struct Decimal128 : IEquatable<Decimal128>, IComparable<Decimal128>
{
    private const int ExponentMax = 6111, ExponentMin = -6176, ExponentBias = 6176, DigitsMax = 34;
    private const ulong SignBit = 1UL << 63, InfinityBits = 0x7800_0000_0000_0000, NaNBits = 0x7c00_0000_0000_0000, SpecialMask = 0x7c00_0000_0000_0000;

    // Longest text that is looked at; the exact zeros of a plain number of this length still fit, anything longer is noise.
    private const int TextLengthMax = 10_000;
    private static readonly UInt128 SignificandMax = UInt128.Parse("9999999999999999999999999999999999", CultureInfo.InvariantCulture);

    private readonly ulong _high, _low;

    private Decimal128(ulong high, ulong low) => (_high, _low) = (high, low);

    /// <summary>Exact.</summary>
    public Decimal128(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var significand = new UInt128((uint)bits[2], (ulong)(uint)bits[1] << 32 | (uint)bits[0]);
        this = Encode(bits[3] < 0, significand, -(bits[3] >> 16 & 0xff));
    }

    /// <summary>Exact.</summary>
    public Decimal128(int value) : this((long)value) { }

    /// <summary>Exact.</summary>
    public Decimal128(long value) => this = Encode(value < 0, (UInt128)(value < 0 ? (ulong)-(value + 1) + 1 : (ulong)value), 0);

    /// <summary>The digits of the double's shortest text that round-trips.</summary>
    public Decimal128(double value) => this = Parse(value.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>Zero.</summary>
    public static Decimal128 Zero { get; } = new(0L);

    /// <summary>Infinity.</summary>
    public static Decimal128 PositiveInfinity => new(InfinityBits, 0);

    /// <summary>Minus infinity.</summary>
    public static Decimal128 NegativeInfinity => new(SignBit | InfinityBits, 0);

    /// <summary>Not a number.</summary>
    public static Decimal128 QNaN => new(NaNBits, 0);

    /// <summary>From the two halves of the encoding.</summary>
    public static Decimal128 FromIEEEBits(ulong highBits, ulong lowBits) => new(highBits, lowBits);

    /// <summary>The encoding's high half.</summary>
    public ulong GetIEEEHighBits() => _high;

    /// <summary>The encoding's low half.</summary>
    public ulong GetIEEELowBits() => _low;

    /// <summary>Whether the value is not a number.</summary>
    public static bool IsNaN(Decimal128 d) => (d._high & SpecialMask) == NaNBits;

    /// <summary>Whether the value is plus or minus infinity.</summary>
    public static bool IsInfinity(Decimal128 d) => (d._high & SpecialMask) == InfinityBits;

    /// <summary>Whether the sign bit is set.</summary>
    public static bool IsNegative(Decimal128 d) => (d._high & SignBit) != 0;

    private bool IsSpecial => (_high & InfinityBits) == InfinityBits;

    // Encodings whose significand would be beyond 34 digits are zeros by definition.
    private (UInt128 Significand, int Exponent) Decode()
    {
        if ((_high >> 61 & 3) == 3) return (0, (int)(_high >> 47 & 0x3fff) - ExponentBias);
        var significand = new UInt128(_high & 0x1_ffff_ffff_ffff, _low);
        return (significand > SignificandMax ? 0 : significand, (int)(_high >> 49 & 0x3fff) - ExponentBias);
    }

    private static Decimal128 Encode(bool negative, UInt128 significand, int exponent)
        => new((negative ? SignBit : 0) | (ulong)(exponent + ExponentBias) << 49 | (ulong)(significand >> 64), (ulong)significand);

    /// <summary>From text such as <c>-1.50E+3</c>, <c>Infinity</c> or <c>NaN</c>; a <see cref="FormatException"/> when it is none or does not fit
    /// exactly.</summary>
    public static Decimal128 Parse(string s)
    {
        ArgumentNullException.ThrowIfNull(s);
        return TryParse(s, out var result) ? result : throw new FormatException($"'{(s.Length > 60 ? s[..60] : s)}' is not a valid Decimal128.");
    }

    /// <summary>As <see cref="Parse"/>.</summary>
    public static bool TryParse(string? s, out Decimal128 result)
    {
        result = default;
        if (s is null || s.Length is 0 or > TextLengthMax) return false;
        var negative = s[0] == '-';
        var text = s.AsSpan(s[0] is '-' or '+' ? 1 : 0);
        if (text.Equals("inf", StringComparison.OrdinalIgnoreCase) || text.Equals("infinity", StringComparison.OrdinalIgnoreCase))
        {
            result = negative ? NegativeInfinity : PositiveInfinity;
            return true;
        }

        if (text.Equals("nan", StringComparison.OrdinalIgnoreCase))
        {
            result = new(NaNBits | (negative ? SignBit : 0), 0);
            return true;
        }

        return TryParseNumber(text, negative, out result);
    }

    private static bool TryParseNumber(ReadOnlySpan<char> text, bool negative, out Decimal128 result)
    {
        result = default;
        var exponent = 0;
        if (text.IndexOfAny('e', 'E') is >= 0 and var at)
        {
            var digits = text[(at + 1)..];
            if (digits.IsEmpty || !int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
            {
                // An exponent beyond int is only fit for a zero; it is cut to what is out of range anyway.
                var sign = digits.IsEmpty || digits[0] is not ('-' or '+') ? 0 : 1;
                if (digits.Length == sign || digits[sign..].ContainsAnyExceptInRange('0', '9')) return false;
                exponent = digits[0] == '-' ? -1_000_000 : 1_000_000;
            }

            exponent = Math.Clamp(exponent, -1_000_000, 1_000_000);
            text = text[..at];
        }

        var significand = UInt128.Zero;
        int count = 0, seen = 0;
        var point = false;
        foreach (var c in text)
        {
            if (c == '.' && !point)
            {
                point = true;
                continue;
            }

            if (c is < '0' or > '9') return false;
            seen++;
            if (point) exponent--;
            if (count == DigitsMax)
            {
                // A zero beyond the 34th digit costs no precision: it moves into the exponent.
                if (c != '0') return false;
                exponent++;
                continue;
            }

            significand = significand * 10 + (uint)(c - '0');
            if (significand != UInt128.Zero) count++;
        }

        return seen > 0 && TryFit(negative, significand, exponent, out result);
    }

    // Brings the exponent into range where that needs no rounding.
    private static bool TryFit(bool negative, UInt128 significand, int exponent, out Decimal128 result)
    {
        result = default;
        if (significand == UInt128.Zero) exponent = Math.Clamp(exponent, ExponentMin, ExponentMax);
        for (; exponent > ExponentMax; exponent--)
        {
            significand *= 10;
            if (significand > SignificandMax) return false;
        }

        for (; exponent < ExponentMin; exponent++)
        {
            (significand, var rest) = UInt128.DivRem(significand, 10);
            if (rest != UInt128.Zero) return false;
        }

        result = Encode(negative, significand, exponent);
        return true;
    }

    /// <summary>As the specification prints it: plain where the exponent is small, else scientific.</summary>
    public override string ToString()
    {
        if (IsNaN(this)) return "NaN";
        var sign = IsNegative(this) ? "-" : "";
        if (IsInfinity(this)) return sign + "Infinity";
        var (significand, exponent) = Decode();
        var digits = significand.ToString(CultureInfo.InvariantCulture);
        var adjusted = exponent + digits.Length - 1;
        if (exponent > 0 || adjusted < -6)
        {
            var fraction = digits.Length > 1 ? $"{digits[0]}.{digits.AsSpan(1)}" : digits;
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{fraction}E{(adjusted < 0 ? "" : "+")}{adjusted}");
        }

        if (exponent == 0) return sign + digits;
        var whole = digits.Length + exponent;
        return whole > 0 ? $"{sign}{digits.AsSpan(0, whole)}.{digits.AsSpan(whole)}" : $"{sign}0.{new string('0', -whole)}{digits}";
    }

    /// <summary>Exact where 28 digits are enough, rounded to them where the exponent asks for more.</summary>
    /// <exception cref="OverflowException">Beyond decimal, infinite or not a number.</exception>
    public static decimal ToDecimal(Decimal128 d)
    {
        if (d.IsSpecial) throw new OverflowException("Value is not a finite decimal.");
        var (significand, exponent) = d.Decode();
        if (exponent is >= -28 and <= 0 && significand >> 96 == UInt128.Zero)
        {
            var (upper, lower) = ((uint)(significand >> 64), (ulong)significand);
            return new decimal((int)lower, (int)(lower >> 32), (int)upper, IsNegative(d), (byte)-exponent);
        }

        return decimal.Parse(d.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    /// <summary>The nearest double.</summary>
    public static double ToDouble(Decimal128 d) => double.Parse(d.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>Toward zero; beyond the range is an <see cref="OverflowException"/>.</summary>
    public static long ToInt64(Decimal128 d) => decimal.ToInt64(ToDecimal(d));

    /// <summary>By value; NaN below all, 1.0 equals 1.00.</summary>
    public int CompareTo(Decimal128 other)
    {
        var (x, y) = (Rank(this), Rank(other));
        if (x != y || x is not (-1 or 1)) return x.CompareTo(y);
        var (a, b) = (Decode(), other.Decode());
        return x * CompareMagnitude(a, b);

        static int Rank(Decimal128 d) => IsNaN(d) ? -3
            : (IsInfinity(d), IsNegative(d)) switch
            {
                (true, true) => -2,
                (true, false) => 2,
                (_, var negative) => d.Decode().Significand == UInt128.Zero ? 0 : negative ? -1 : 1,
            };
    }

    private static int CompareMagnitude((UInt128 Significand, int Exponent) a, (UInt128 Significand, int Exponent) b)
    {
        // With 34 digits each, a larger gap than that between the leading digits decides by itself.
        if (a.Exponent < b.Exponent) return -CompareMagnitude(b, a);
        for (; a.Exponent > b.Exponent; a.Exponent--)
        {
            if (a.Significand > b.Significand) return 1;
            a.Significand *= 10;
        }

        return a.Significand.CompareTo(b.Significand);
    }

    /// <summary>Same value; 1.0 equals 1.00.</summary>
    public bool Equals(Decimal128 other) => CompareTo(other) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Decimal128 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (IsSpecial) return IsNaN(this) ? 1 : (_high & SignBit).GetHashCode();
        var (significand, exponent) = Decode();
        if (significand == UInt128.Zero) return 0;
        for (var next = UInt128.DivRem(significand, 10); next.Remainder == UInt128.Zero; next = UInt128.DivRem(significand, 10))
        {
            significand = next.Quotient;
            exponent++;
        }

        return HashCode.Combine(IsNegative(this), significand, exponent);
    }

    /// <summary>Same value.</summary>
    public static bool operator ==(Decimal128 lhs, Decimal128 rhs) => lhs.Equals(rhs);

    /// <summary>Other value.</summary>
    public static bool operator !=(Decimal128 lhs, Decimal128 rhs) => !lhs.Equals(rhs);

    /// <summary>By value.</summary>
    public static bool operator <(Decimal128 lhs, Decimal128 rhs) => lhs.CompareTo(rhs) < 0;

    /// <summary>By value.</summary>
    public static bool operator >(Decimal128 lhs, Decimal128 rhs) => lhs.CompareTo(rhs) > 0;

    /// <summary>Exact.</summary>
    public static implicit operator Decimal128(decimal value) => new(value);

    /// <summary>Exact.</summary>
    public static implicit operator Decimal128(int value) => new(value);

    /// <summary>Exact.</summary>
    public static implicit operator Decimal128(long value) => new(value);

    /// <summary>As <see cref="ToDecimal"/>.</summary>
    public static explicit operator decimal(Decimal128 value) => ToDecimal(value);
}
