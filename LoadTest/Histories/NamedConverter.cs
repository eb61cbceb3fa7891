using System.Text.Json.Serialization;

namespace LoadTest.Histories;

/// <summary>Converts enums by name only: an undefined number would be accepted, and then not counted.</summary>
internal sealed class NamedConverter<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false) where T : struct, Enum;
