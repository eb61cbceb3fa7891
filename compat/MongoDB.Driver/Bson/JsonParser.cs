using System.Globalization;
using System.Text;

namespace MongoDB.Bson.IO;

/// <summary>Reads extended JSON, version 2; besides plain JSON, names without quotes and single quotes. 100 levels at most.</summary>
internal ref struct JsonParser
{
    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private int _depth;

    private JsonParser(ReadOnlySpan<char> text) => _text = text;

    /// <exception cref="FormatException">Not such a text, with the place.</exception>
    public static BsonValue Parse(string text)
    {
        var parser = new JsonParser(text);
        var value = parser.Value();
        parser.Space();
        return parser._at == text.Length ? value : throw parser.Bad("there is more text behind the value");
    }

    private readonly FormatException Bad(string what) => new($"JSON text, at {_at}: {what}.");

    private void Space()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t' or '\r' or '\n' or '\uFEFF') _at++;
    }

    // The first character that is no space, 0 at the end.
    private char Peek()
    {
        Space();
        return _at < _text.Length ? _text[_at] : '\0';
    }

    private bool Take(char c)
    {
        if (Peek() != c) return false;
        _at++;
        return true;
    }

    private void Require(char c)
    {
        if (!Take(c)) throw Bad($"'{c}' expected");
    }

    private BsonValue Value()
    {
        switch (Peek())
        {
            case '{': return Document();
            case '[': return Array();
            case '"' or '\'': return new BsonString(Text());
            case '-' or (>= '0' and <= '9'): return Number();
        }

        if (Word("true")) return BsonBoolean.True;
        if (Word("false")) return BsonBoolean.False;
        if (Word("null")) return BsonNull.Value;
        throw Bad("a value expected");
    }

    private bool Word(string word)
    {
        if (!_text[_at..].StartsWith(word, StringComparison.Ordinal)) return false;
        if (_at + word.Length < _text.Length && (char.IsLetterOrDigit(_text[_at + word.Length]) || _text[_at + word.Length] == '_')) return false;
        _at += word.Length;
        return true;
    }

    private void Down()
    {
        // Two more than documents may have: a value's own wrapper, such as a date's, is no level of BSON.
        if (++_depth > BsonLimits.DepthMax + 2) throw Bad($"more than {BsonLimits.DepthMax} levels");
    }

    private BsonArray Array()
    {
        Down();
        Require('[');
        var array = new BsonArray();
        while (!Take(']'))
        {
            if (array.Count > 0) Require(',');
            array.Add(Value());
        }

        _depth--;
        return array;
    }

    private BsonValue Document()
    {
        Down();
        Require('{');
        var document = new BsonDocument();
        while (!Take('}'))
        {
            if (document.ElementCount > 0) Require(',');
            var name = Name();
            Require(':');
            var value = Value();
            if (name.Contains('\0', StringComparison.Ordinal)) throw Bad("a name has a null character");
            if (document.Contains(name)) throw Bad($"the name '{name}' stands there twice");
            document.Add(name, value);
        }

        _depth--;
        try
        {
            return document.ElementCount > 0 && document.GetElement(0).Name.StartsWith('$') ? ExtendedJson.Unwrap(document) : document;
        }
        catch (Exception e) when (e is InvalidCastException or KeyNotFoundException or OverflowException or ArgumentException)
        {
            throw new FormatException($"JSON text, before {_at}: {document.GetElement(0).Name} is malformed.", e);
        }
    }

    private string Name()
    {
        if (Peek() is '"' or '\'') return Text();
        var start = _at;
        while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] is '_' or '$' or '.')) _at++;
        return _at > start ? _text[start.._at].ToString() : throw Bad("a name expected");
    }

    private BsonValue Number()
    {
        var start = _at;
        if (_text[_at] == '-') _at++;
        if (Word("Infinity")) return new BsonDouble(double.NegativeInfinity);
        var whole = Digits();
        if (whole == 0 || (whole > 1 && _text[_at - whole] == '0')) throw Bad("a number expected");
        var integer = true;
        if (_at < _text.Length && _text[_at] == '.')
        {
            _at++;
            integer = false;
            if (Digits() == 0) throw Bad("digits expected");
        }

        if (_at < _text.Length && _text[_at] is 'e' or 'E')
        {
            _at++;
            integer = false;
            if (_at < _text.Length && _text[_at] is '+' or '-') _at++;
            if (Digits() == 0) throw Bad("digits expected");
        }

        var number = _text[start.._at];
        if (integer && long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            return value is >= int.MinValue and <= int.MaxValue ? (BsonInt32)(int)value : new BsonInt64(value);
        }

        return new BsonDouble(double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    private int Digits()
    {
        var start = _at;
        while (_at < _text.Length && _text[_at] is >= '0' and <= '9') _at++;
        return _at - start;
    }

    private string Text()
    {
        var quote = _text[_at++];
        var start = _at;
        var plain = _text[_at..].IndexOfAny(quote, '\\');
        if (plain < 0) throw Bad("a string has no end");
        _at += plain;
        if (_text[_at] == quote) return Checked(_text[start.._at++].ToString());
        var text = new StringBuilder().Append(_text[start.._at]);
        while (true)
        {
            if (_at >= _text.Length) throw Bad("a string has no end");
            var c = _text[_at++];
            if (c == quote) return Checked(text.ToString());
            text.Append(c == '\\' ? Escaped() : c);
        }
    }

    // JSON can write half of a surrogate pair; BSON's UTF-8 cannot.
    private readonly string Checked(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) throw Bad("a string has a lone surrogate");
            i++;
        }

        return text;
    }

    private char Escaped()
    {
        if (_at >= _text.Length) throw Bad("a string has no end");
        switch (_text[_at++])
        {
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case var same and ('"' or '\'' or '\\' or '/'): return same;
            case 'u' when _at + 4 <= _text.Length
                && ushort.TryParse(_text.Slice(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                _at += 4;
                return (char)code;
            default: throw Bad("an unknown escape");
        }
    }
}

/// <summary>The types that extended JSON writes as documents with a first name in dollar.</summary>
internal static class ExtendedJson
{
    /// <summary>The value that the document stands for; the document itself where it is none of the type wrappers (query operators, DBRefs).</summary>
    public static BsonValue Unwrap(BsonDocument document)
    {
        var (name, value) = (document.GetElement(0).Name, document.GetElement(0).Value);
        switch (name)
        {
            case "$code":
                var scope = document.GetValue("$scope", null!);
                Size(document, scope is null ? 1 : 2);
                return scope is null ? new BsonJavaScript(value.AsString) : new BsonJavaScriptWithScope(value.AsString, scope.AsBsonDocument);
            case "$scope":
                Size(document, 2);
                return new BsonJavaScriptWithScope(document["$code"].AsString, value.AsBsonDocument);
            case "$binary" when value is BsonString:
                Size(document, 2);
                return Binary(value.AsString, document["$type"].AsString);
            case "$type" when document.ElementCount == 2 && document.TryGetValue("$binary", out var legacy) && legacy is BsonString:
                return Binary(legacy.AsString, value.AsString);
            case "$oid" or "$symbol" or "$numberInt" or "$numberLong" or "$numberDouble" or "$numberDecimal" or "$binary" or "$uuid" or "$timestamp"
                or "$regularExpression" or "$dbPointer" or "$date" or "$minKey" or "$maxKey" or "$undefined":
                Size(document, 1);
                return Single(name, value);
            default:
                return document;
        }
    }

    private static void Size(BsonDocument document, int count)
    {
        if (document.ElementCount != count) throw new FormatException($"{document.GetElement(0).Name} has members too many or too few.");
    }

    private static BsonValue Single(string name, BsonValue value)
    {
        switch (name)
        {
            case "$oid": return new BsonObjectId(ObjectId.Parse(value.AsString));
            case "$symbol": return new BsonSymbol(value.AsString);
            case "$numberInt": return new BsonInt32(int.Parse(value.AsString, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
            case "$numberLong": return new BsonInt64(long.Parse(value.AsString, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
            case "$numberDouble": return new BsonDouble(double.Parse(value.AsString, NumberStyles.Float, CultureInfo.InvariantCulture));
            case "$numberDecimal": return new BsonDecimal128(Decimal128.Parse(value.AsString));
            case "$uuid": return new BsonBinaryData(Guid.ParseExact(value.AsString, "D"), GuidRepresentation.Standard);
            case "$date": return Date(value);
            case "$minKey" or "$maxKey" when value == 1: return name == "$minKey" ? BsonMinKey.Value : BsonMaxKey.Value;
            case "$undefined" when value == BsonBoolean.True: return BsonUndefined.Value;
        }

        var parts = value.AsBsonDocument;
        Size(parts, 2);
        switch (name)
        {
            case "$binary": return Binary(parts["base64"].AsString, parts["subType"].AsString);
            case "$timestamp": return new BsonTimestamp((int)UInt32(parts["t"]), (int)UInt32(parts["i"]));
            case "$regularExpression": return Expression(parts["pattern"].AsString, parts["options"].AsString);
            case "$dbPointer": return new BsonDbPointer(parts["$ref"].AsString, parts["$id"].AsObjectId);
            default: throw new FormatException($"{name} is malformed.");
        }
    }

    private static BsonBinaryData Binary(string base64, string subType)
    {
        if (subType.Length > 2) throw new FormatException("A subType has two digits at most.");
        return new(Convert.FromBase64String(base64), (BsonBinarySubType)byte.Parse(subType, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
    }

    private static uint UInt32(BsonValue value)
        => value is BsonInt32 or BsonInt64 ? checked((uint)value.ToInt64()) : throw new FormatException("$timestamp is malformed.");

    private static BsonRegularExpression Expression(string pattern, string options)
        => pattern.Contains('\0', StringComparison.Ordinal) || options.Contains('\0', StringComparison.Ordinal)
            ? throw new FormatException("$regularExpression has a null character.")
            : new(pattern, options);

    private static BsonDateTime Date(BsonValue value) => value switch
    {
        BsonInt64 => new BsonDateTime(value.ToInt64()),
        BsonString text => new BsonDateTime(DateTime.Parse(
            text.Value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal)),
        _ => throw new FormatException("$date is malformed."),
    };
}
