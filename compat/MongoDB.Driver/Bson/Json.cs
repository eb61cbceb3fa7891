using System.Globalization;
using System.Text;

namespace MongoDB.Bson.IO;

/// <summary>Which of the two forms of extended JSON (version 2) is written.</summary>
public enum JsonOutputMode
{
    /// <summary>Keeps every type.</summary>
    CanonicalExtendedJson = 2,
    /// <summary>Plain numbers and ISO dates where they are unambiguous enough.</summary>
    RelaxedExtendedJson = 3,
}

/// <summary>How JSON is written.</summary>
public sealed class JsonWriterSettings
{
    /// <summary>Relaxed extended JSON on one line.</summary>
    public static JsonWriterSettings Defaults { get; } = new();

    /// <summary>Default: relaxed.</summary>
    public JsonOutputMode OutputMode { get; set; } = JsonOutputMode.RelaxedExtendedJson;

    /// <summary>Each element on a line of its own. Default false.</summary>
    public bool Indent { get; set; }

    /// <summary>Default: two spaces.</summary>
    public string IndentChars { get; set; } = "  ";

    /// <summary>Default: CR LF, as in the official driver.</summary>
    public string NewLineChars { get; set; } = "\r\n";
}

/// <summary>Writes values as extended JSON, version 2 (mongodb/specifications, extended-json), with the driver's spaces.</summary>
internal sealed class JsonText(JsonWriterSettings settings)
{
    private readonly StringBuilder _text = new();
    private readonly bool _canonical = settings.OutputMode == JsonOutputMode.CanonicalExtendedJson;
    private int _level;

    public static string Write(BsonValue value, JsonWriterSettings? settings)
    {
        var json = new JsonText(settings ?? JsonWriterSettings.Defaults);
        json.Value(value);
        return json._text.ToString();
    }

    public static BsonDocument ParseDocument(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return JsonParser.Parse(json) as BsonDocument ?? throw new FormatException("The JSON text is not a document.");
    }

    private void Value(BsonValue value)
    {
        switch (value)
        {
            case BsonDocument document: Document(document); break;
            case BsonArray array: Array(array); break;
            case BsonString text: Quoted(text.Value); break;
            case BsonBoolean flag: _text.Append(flag.ToString()); break;
            case BsonNull: _text.Append("null"); break;
            case BsonInt32 number when !_canonical: _text.Append(number.Value); break;
            case BsonInt64 number when !_canonical: _text.Append(number.Value); break;
            case BsonDouble number when !_canonical && double.IsFinite(number.Value): _text.Append(DoubleText(number.Value)); break;
            case BsonInt32 number: Wrapped("$numberInt", number.ToString()); break;
            case BsonInt64 number: Wrapped("$numberLong", number.ToString()); break;
            case BsonDouble number: Wrapped("$numberDouble", DoubleText(number.Value)); break;
            case BsonDecimal128 number: Wrapped("$numberDecimal", number.ToString()); break;
            case BsonObjectId id: Wrapped("$oid", id.ToString()); break;
            case BsonSymbol symbol: Wrapped("$symbol", symbol.Name); break;
            case BsonDateTime date: Date(date); break;
            case BsonMinKey: _text.Append("{ \"$minKey\" : 1 }"); break;
            case BsonMaxKey: _text.Append("{ \"$maxKey\" : 1 }"); break;
            case BsonUndefined: _text.Append("{ \"$undefined\" : true }"); break;
            case BsonTimestamp time:
                _text.Append(CultureInfo.InvariantCulture, $"{{ \"$timestamp\" : {{ \"t\" : {(uint)time.Timestamp}, \"i\" : {(uint)time.Increment} }} }}");
                break;
            default: Composite(value); break;
        }
    }

    private void Composite(BsonValue value)
    {
        switch (value)
        {
            case BsonBinaryData binary:
                _text.Append("{ \"$binary\" : { \"base64\" : \"").Append(Convert.ToBase64String(binary.Bytes)).Append("\", \"subType\" : \"")
                    .Append(((int)binary.SubType).ToString("x2", CultureInfo.InvariantCulture)).Append("\" } }");
                break;
            case BsonRegularExpression expression:
                Pair("{ \"$regularExpression\" : { \"pattern\" : ", expression.Pattern, ", \"options\" : ", expression.Options, " } }");
                break;
            case BsonDbPointer pointer:
                Pair("{ \"$dbPointer\" : { \"$ref\" : ", pointer.Collection, ", \"$id\" : { \"$oid\" : ", pointer.Id.ToString(), " } } }");
                break;
            case BsonJavaScriptWithScope code:
                _text.Append("{ \"$code\" : ");
                Quoted(code.Code);
                _text.Append(", \"$scope\" : ");
                Document(code.Scope);
                _text.Append(" }");
                break;
            case BsonJavaScript code: Wrapped("$code", code.Code); break;
            default: throw new BsonSerializationException($"{value.BsonType} has no JSON.");
        }
    }

    private void Pair(string start, string first, string middle, string second, string end)
    {
        _text.Append(start);
        Quoted(first);
        _text.Append(middle);
        Quoted(second);
        _text.Append(end);
    }

    private void Document(BsonDocument document)
    {
        if (document.ElementCount == 0)
        {
            _text.Append("{ }");
            return;
        }

        if (_level == BsonLimits.DepthMax) throw new BsonSerializationException($"The document nests deeper than {BsonLimits.DepthMax} levels.");
        _level++;
        _text.Append('{');
        var first = true;
        foreach (var element in document.Items)
        {
            if (!first) _text.Append(',');
            first = false;
            Break();
            Quoted(element.Name);
            _text.Append(" : ");
            Value(element.Value);
        }

        _level--;
        Break();
        _text.Append('}');
    }

    private void Array(BsonArray array)
    {
        if (_level == BsonLimits.DepthMax) throw new BsonSerializationException($"The document nests deeper than {BsonLimits.DepthMax} levels.");
        _level++;
        _text.Append('[');
        for (var i = 0; i < array.Count; i++)
        {
            if (i > 0) _text.Append(", ");
            Value(array[i]);
        }

        _text.Append(']');
        _level--;
    }

    private void Break()
    {
        if (!settings.Indent)
        {
            _text.Append(' ');
            return;
        }

        _text.Append(settings.NewLineChars);
        for (var i = 0; i < _level; i++) _text.Append(settings.IndentChars);
    }

    private void Date(BsonDateTime date)
    {
        // Relaxed dates are ISO texts from 1970 to 9999 only: before and after, the text's order would not be the dates'.
        if (!_canonical && date is { IsValidDateTime: true, MillisecondsSinceEpoch: >= 0 })
        {
            Wrapped("$date", date.ToUniversalTime().ToString(
                date.MillisecondsSinceEpoch % 1000 == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        }
        else
        {
            _text.Append(CultureInfo.InvariantCulture, $"{{ \"$date\" : {{ \"$numberLong\" : \"{date.MillisecondsSinceEpoch}\" }} }}");
        }
    }

    private void Wrapped(string name, string text)
    {
        _text.Append("{ \"").Append(name).Append("\" : ");
        Quoted(text);
        _text.Append(" }");
    }

    private static string DoubleText(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return double.IsFinite(value) && text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text;
    }

    private void Quoted(string text)
    {
        _text.Append('"');
        foreach (var c in text)
        {
            switch (c)
            {
                case '"': _text.Append("\\\""); break;
                case '\\': _text.Append("\\\\"); break;
                case '\b': _text.Append("\\b"); break;
                case '\f': _text.Append("\\f"); break;
                case '\n': _text.Append("\\n"); break;
                case '\r': _text.Append("\\r"); break;
                case '\t': _text.Append("\\t"); break;
                case < ' ' or '\u007f' or '\u2028' or '\u2029': _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); break;
                default: _text.Append(c); break;
            }
        }

        _text.Append('"');
    }
}
