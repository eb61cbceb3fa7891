using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ServiceDefaults;

/// <summary>
/// Explains to clients what is wrong with a request that the framework could not read. The framework's messages name parameters and types of the code; here a
/// field has the name that the client gave it.
/// </summary>
internal static partial class BadRequests
{
    public const string UnsupportedMediaType = "The Content-Type of the body is missing, or not one that this path accepts. That of JSON is application/json.";

    private const string NoBody = "The request must have a JSON body.";

    public static ProblemHttpResult ToProblem(BadHttpRequestException exception)
    {
        var (detail, field, rule) = Explain(exception);
        var errors = field is null ? null : new Dictionary<string, object?> { ["errors"] = new Dictionary<string, string[]> { [field] = [rule] } };
        return Problems.Problem(exception.StatusCode, Problems.NameOf(exception.StatusCode), detail, errors);
    }

    private static (string Detail, string? Field, string Rule) Explain(BadHttpRequestException exception)
    {
        if (exception.StatusCode == StatusCodes.Status415UnsupportedMediaType) return (UnsupportedMediaType, null, "");
        if (exception.InnerException is JsonException json) return Explain(json);
        var message = exception.Message;
        if (message.StartsWith("Implicit body inferred", StringComparison.Ordinal) || message.EndsWith("not provided from body.", StringComparison.Ordinal))
            return (NoBody, null, "");
        var parameter = Parameter().Match(message);
        if (!parameter.Success) return (message, null, ""); // Kestrel's, about sizes and time limits
        return Wrong(parameter.Groups["name"].Value, parameter.Groups["missing"].Success ? "is missing." : "is not valid.");
    }

    private static (string Detail, string? Field, string Rule) Explain(JsonException exception)
    {
        if (Duplicate().Match(exception.Message) is { Success: true } duplicate) return Wrong(duplicate.Groups["name"].Value, "is given more than once.");
        if (exception.Message.Contains("could not be converted", StringComparison.Ordinal))
        {
            var (field, rule) = (FieldOf(exception.Path), RuleOf(exception));
            return field is null ? ($"The body {rule}", null, "") : Wrong(field, rule);
        }

        return (string.Create(CultureInfo.InvariantCulture,
            $"The body is not valid JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}."), null, "");
    }

    private static (string Detail, string Field, string Rule) Wrong(string field, string rule) => ($"{field}: {rule}", field, rule);

    // "$.lines[0].quantity" -> "lines[0].quantity"; null for the whole body.
    private static string? FieldOf(string? path) => path?.TrimStart('$').TrimStart('.') is { Length: > 0 } field ? field : null;

    // The inner message names the expected kind of a value: "... as a number", "... out of bounds for an Int32". For arrays and objects it names a type
    // instead. No request has a number that may be fractional.
    private static string RuleOf(JsonException exception) => Kind().Match(exception.InnerException?.Message ?? "").Groups["kind"].Value switch
    {
        "string" => "must be a string.",
        "boolean" => "must be true or false.",
        "Guid" => "must be a UUID.",
        "" => IsArray().IsMatch(exception.Message) ? "must be an array." : exception.InnerException is null ? "must be an object." : "is not valid.",
        _ => "must be a whole number.",
    };

    [GeneratedRegex("""parameter "[^"]* (?<name>\w+)" (from "|(?<missing>was not provided))""")]
    private static partial Regex Parameter();

    [GeneratedRegex("^Duplicate (JSON )?property '(?<name>[^']*)'")]
    private static partial Regex Duplicate();

    [GeneratedRegex(@"\b(as|for) an? (?<kind>number|string|boolean|U?Int\d+)\b|supported (?<kind>Guid) format")]
    private static partial Regex Kind();

    [GeneratedRegex(@"converted to \S+\[\]\. ")]
    private static partial Regex IsArray();
}
