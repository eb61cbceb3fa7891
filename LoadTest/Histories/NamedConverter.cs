using System.Text.Json.Serialization;

namespace LoadTest.Histories;

/// <summary>By name only: a number may stand for nothing, and would count as nothing.</summary>
internal sealed class NamedConverter<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false) where T : struct, Enum;
