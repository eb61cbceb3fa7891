namespace Customer.Api.Configuration;

/// <param name="Number">Line number, starting at 1.</param>
internal readonly record struct PropertyLine(int Number, string Key, string Value);
