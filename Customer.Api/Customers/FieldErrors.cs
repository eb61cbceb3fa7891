using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults;

namespace Customer.Api.Customers;

/// <summary>Validation errors of a request, by field.</summary>
internal sealed class FieldErrors
{
    private readonly Dictionary<string, List<string>> _errors = new(StringComparer.Ordinal);

    public bool Any => _errors.Count > 0;

    /// <summary>Returns the errors for the response's member <c>errors</c>.</summary>
    public Dictionary<string, string[]> ToDictionary() => _errors.ToDictionary(static field => field.Key, static field => field.Value.ToArray());

    /// <summary>Adds an error: the rule that the field violates.</summary>
    public void Add(string field, string rule)
    {
        if (!_errors.TryGetValue(field, out var rules)) _errors.Add(field, rules = []);
        rules.Add(rule);
    }

    /// <summary>Parses a number in a query, and adds an error if it is invalid.</summary>
    /// <param name="text">The raw text.</param>
    /// <param name="name">The parameter's name.</param>
    /// <param name="min">Minimum value.</param>
    /// <param name="max">Maximum value.</param>
    /// <param name="ifMissing">Returned if the parameter is missing or invalid.</param>
    /// <param name="hint">Appended to the error message.</param>
    public int Number(string? text, string name, int min, int max, int ifMissing, string hint = "")
    {
        if (string.IsNullOrEmpty(text)) return ifMissing;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max) return number;
        Add(name, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {min} to {max}.{hint}"));
        return ifMissing;
    }

    /// <summary>Returns a 400 response as problem details, with the fields in <c>errors</c>.</summary>
    public ProblemHttpResult ToProblem() => WithErrors(Problems.Invalid(Detail()), ToDictionary());

    public string Detail() => string.Join(' ', _errors.Select(static field => $"{field.Key}: {string.Join(' ', field.Value)}"));

    /// <summary>Returns a 409 response as problem details: another customer already has the field's value.</summary>
    public static ProblemHttpResult Duplicate(string field) => WithErrors(
        Problems.Conflict("duplicate-customer", DuplicateDetail(field)), new() { [field] = ["is already used by another customer."] });

    public static string DuplicateDetail(string field) => $"A customer with this {field} already exists.";

    private static ProblemHttpResult WithErrors(ProblemHttpResult problem, Dictionary<string, string[]> errors)
    {
        problem.ProblemDetails.Extensions["errors"] = errors;
        return problem;
    }
}
