namespace Customer.Api.Configuration;

/// <summary>A line of a properties file.</summary>
/// <param name="Number">Line number, starting at 1.</param>
internal readonly record struct PropertyLine(int Number, string Key, string Value);
