using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults;

namespace Customer.Api.Customers;

/// <summary>What is wrong with a request, by field.</summary>
internal sealed class FieldErrors
{
    private readonly Dictionary<string, List<string>> _errors = new(StringComparer.Ordinal);

    public bool Any => _errors.Count > 0;

    /// <summary>For the contract's member <c>errors</c>.</summary>
    public Dictionary<string, string[]> ToDictionary() => _errors.ToDictionary(static field => field.Key, static field => field.Value.ToArray());

    /// <summary>Says what a field must be.</summary>
    public void Add(string field, string rule)
    {
        if (!_errors.TryGetValue(field, out var rules)) _errors.Add(field, rules = []);
        rules.Add(rule);
    }

    /// <summary>Reads a number of a query; says what it must be if it is none.</summary>
    /// <param name="text">As it came.</param>
    /// <param name="name">The parameter.</param>
    /// <param name="min">Least.</param>
    /// <param name="max">Greatest.</param>
    /// <param name="ifMissing">The number where there is none.</param>
    /// <param name="hint">Comes after the rule.</param>
    public int Number(string? text, string name, int min, int max, int ifMissing, string hint = "")
    {
        if (string.IsNullOrEmpty(text)) return ifMissing;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max) return number;
        Add(name, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {min} to {max}.{hint}"));
        return ifMissing;
    }

    /// <summary>400 as problem details, with each field in <c>errors</c>.</summary>
    public ProblemHttpResult ToProblem() => WithErrors(Problems.Invalid(Detail()), ToDictionary());

    /// <summary>All in a sentence.</summary>
    public string Detail() => string.Join(' ', _errors.Select(static field => $"{field.Key}: {string.Join(' ', field.Value)}"));

    /// <summary>409 as problem details: a field has a value that another customer has.</summary>
    public static ProblemHttpResult Duplicate(string field) => WithErrors(
        Problems.Conflict("duplicate-customer", DuplicateDetail(field)), new() { [field] = ["is already used by another customer."] });

    /// <summary>In a sentence.</summary>
    public static string DuplicateDetail(string field) => $"A customer with this {field} already exists.";

    private static ProblemHttpResult WithErrors(ProblemHttpResult problem, Dictionary<string, string[]> errors)
    {
        problem.ProblemDetails.Extensions["errors"] = errors;
        return problem;
    }
}
